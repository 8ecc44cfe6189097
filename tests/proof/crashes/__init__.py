"""Crash before and after every boundary, start again, and see that nothing is lost."""
