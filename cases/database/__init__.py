"""The database: transactions, types, locks, and how many rows are written at once."""
