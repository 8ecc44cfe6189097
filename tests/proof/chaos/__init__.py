"""Chaos tests: real processes of Ventil, seeded faults, clients that keep a journal, and the checker at the end."""
