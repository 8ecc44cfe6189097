"""Rewrites one file that somebody sent, in a process of its own. It imports nothing else of Ventil: it starts fast."""
