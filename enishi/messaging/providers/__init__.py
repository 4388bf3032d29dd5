"""Ways out: a folder for each, with the small interface of ``providers.base``."""
