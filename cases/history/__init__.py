"""What happened, and how it is written: streams, words, work, and many rows at once."""
