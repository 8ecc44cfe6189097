"""Deadlines: policies (terms by kind, category and place), clocks (when the next rung fires)."""
