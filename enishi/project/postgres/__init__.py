"""The database: the embedded server in the data folder, and Django's way to it."""
