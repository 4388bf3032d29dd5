"""The members' side of the roll."""
