"""The demonstration: an invented municipality, filled with cases of eighteen months by a seeded story."""
