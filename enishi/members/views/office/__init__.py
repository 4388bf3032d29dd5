"""The roll in the office: list, karte, forms, settings."""
