"""The database: engines, transactions, column types, locks, leases and bulk writes."""
