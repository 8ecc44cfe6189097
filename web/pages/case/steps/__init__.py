"""Taking steps: which ones there are, the form for them, and the letter that a step would send."""
