"""All obligations in one table, and the daily look for what ought to be owed and is not."""
