"""The page of a case, and what staff and groups do on it."""
