"""The demonstration: an invented municipality and its cases of eighteen months, made up by a seeded generator."""
