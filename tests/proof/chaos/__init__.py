"""Real processes, seeded faults, clients that keep a journal."""
