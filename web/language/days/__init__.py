"""Days in words: what is due when, and days as people type them."""
