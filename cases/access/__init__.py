"""Access: actors and their permissions, API tokens, one-time links, sessions and kept answers."""
