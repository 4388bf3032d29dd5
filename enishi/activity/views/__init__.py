"""Pages of the stream."""
