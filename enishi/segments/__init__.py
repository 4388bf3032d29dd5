"""Saved questions about members, their answers over time, and what is done with them."""
