"""Mutants of the village method: its seams and its trials."""
