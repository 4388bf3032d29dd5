"""What members did: the stream, its kinds, the timeline, tracking."""
