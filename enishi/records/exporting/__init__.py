"""Records as files: made while one waits, or in the background where there are many."""
