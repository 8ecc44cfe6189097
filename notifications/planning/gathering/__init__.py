"""Gathering: what comes in numbers waits for its fellows, and what mails cause without end is set aside."""
