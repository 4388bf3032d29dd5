"""SMS: by Twilio, or written to the log."""
