"""The office's pages of databases and records."""
