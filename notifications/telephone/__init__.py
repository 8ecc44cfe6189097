"""Telephone calls instead of letters: what to say to whom, and what was noted of a call."""
