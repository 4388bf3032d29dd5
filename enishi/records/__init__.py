"""Custom databases: the office's own tables of anything, linked to members."""
