"""Pages of the office that belong to no single app: background work, search."""
