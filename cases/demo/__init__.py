"""The demonstration: an invented municipality with cases of eighteen months, made up by a seeded random generator."""
