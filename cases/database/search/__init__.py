"""Search: what was typed becomes terms, and each term conditions on the indexes of texts of both databases."""
