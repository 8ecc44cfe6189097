"""The schedule: which jobs there are, when each is due, and who runs it."""
