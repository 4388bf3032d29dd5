"""The people who can sign in, what each may do in the office, and the tokens of programs."""
