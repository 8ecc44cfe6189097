"""Each file measures one thing that Ventil does, compared with the least work that could do it."""
