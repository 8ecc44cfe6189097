"""How rows are written: many at once, one act in one statement, and what is there already."""
