"""The page of one case, with what staff and groups do there."""
