"""The history: it hears every fact and never changes afterwards."""
