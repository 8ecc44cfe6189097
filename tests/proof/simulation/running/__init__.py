"""One simulation from its first moment to its last: set up, planned, run, and checked at the end."""
