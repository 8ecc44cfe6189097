"""Writing rows without the ORM's flush: in bulk, of several tables in one statement, and only those missing."""
