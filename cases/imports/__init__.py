"""What an import is made of: a table, a mapping, checked rows, and their replay through the life of a case."""
