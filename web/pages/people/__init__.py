"""Pages of people who log in: when they want their letters, when they are away, and who takes over when they leave."""
