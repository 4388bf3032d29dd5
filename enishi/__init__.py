"""Enishi (縁): one place where an organisation keeps, reaches, bills and serves its members."""
