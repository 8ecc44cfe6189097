"""What the checker judges by: one state of the database, a client's journal, the mail sink and the faults of a run."""
