"""What the clock does by itself: the morning letter, cleaning, stuck work."""
