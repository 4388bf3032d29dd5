"""Every writing that an office may send, against what it means."""
