"""Writing to many members at once, and what came of it."""
