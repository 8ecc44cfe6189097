"""Each file measures one thing that Ventil does, beside the least work that could do it."""
