"""What staff type in, read the way that an office writes it."""
