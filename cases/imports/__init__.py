"""Import and export of cases: reading files, mapping their columns, checking rows, and replaying cases from them."""
