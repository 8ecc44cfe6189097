"""Import and export of cases: tables, mappings, checked rows, and their replay through the life of a case."""
