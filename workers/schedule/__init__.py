"""The schedule: which job runs next, and who runs it."""
