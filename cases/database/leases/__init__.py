"""Leases: who has a row that is to be worked on, and until when."""
