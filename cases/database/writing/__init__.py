"""Writing rows without the ORM's flush: many at once, or in several tables by one statement, or only missing ones."""
