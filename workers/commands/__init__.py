"""The commands of `ventil` that need only the database or start a process; `ventil.py` collects them in one group."""
