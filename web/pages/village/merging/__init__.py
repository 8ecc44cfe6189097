"""Merging a draft that two people wrote at the same time: by field, and what both changed is shown to the second."""
