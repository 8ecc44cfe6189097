"""The organisation of the municipality: units, people and their roles, places and categories."""
