"""Pages of segments in the office."""
