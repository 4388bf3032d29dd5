"""One message to one address over one channel: templates, delivery, bounces, suppression."""
