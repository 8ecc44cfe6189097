"""Forms on their way in: each makes one thing, its files are rewritten first, and nothing that was typed is lost."""
