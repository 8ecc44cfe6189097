"""Pages for everybody, and for the one who asked."""
