"""The outcome of a run: waiting until the house has come to rest, what was measured, and the report."""
