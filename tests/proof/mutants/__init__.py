"""Mutation tests: Ventil is broken on purpose in one small way at a time, and the proof must notice each."""
