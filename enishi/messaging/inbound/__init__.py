"""Mails that come back: receiving, reading, and telling what they mean."""
