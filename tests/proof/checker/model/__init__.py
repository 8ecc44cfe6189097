"""The checker's own model of the domain: histories, units and people, and the rules of who is told."""
