"""Plans: what a group, or the municipality, means to do; revised by a day that is owed."""
