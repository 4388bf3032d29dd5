"""Lists on their way into a database: found out, mapped, checked, written, taken back."""
