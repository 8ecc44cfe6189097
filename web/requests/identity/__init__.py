"""Who sent a request: log-in sessions, API tokens and cookies."""
