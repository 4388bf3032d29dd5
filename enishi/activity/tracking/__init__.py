"""Visits of web pages: the script, the place that takes its hits, and their way into the stream."""
