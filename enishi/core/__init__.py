"""Words that every app may use and that no app owns."""
