"""The engine: freezing, claiming, handing over, watching."""
