"""I5, I19 and I20: the history of each case is whole and intact, and tells of what was owed once and given."""
