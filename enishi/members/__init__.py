"""The roll: who the members are, their types, and their status over time."""
