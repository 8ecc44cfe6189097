"""Plans as files: the items of adopted plans are written, and read again into a draft."""
