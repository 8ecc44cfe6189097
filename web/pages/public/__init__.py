"""Pages for everybody, and the private page of a reporter."""
