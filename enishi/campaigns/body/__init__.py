"""What a campaign says: blocks, merge fields, compiling, faults."""
