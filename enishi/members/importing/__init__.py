"""Lists from outside on their way into the roll: read, understood, checked, stored, taken back."""
