"""What is checked while a simulation runs and at its end, with counts, queries and rules of its own."""
