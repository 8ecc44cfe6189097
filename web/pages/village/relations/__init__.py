"""Pages of the relation to groups: all groups in one list, and the form for logging a contact."""
