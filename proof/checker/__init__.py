"""The independent checker: its own SQL and its own reading of who is told."""
