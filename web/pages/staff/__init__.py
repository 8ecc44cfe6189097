"""Pages for those who work with cases."""
