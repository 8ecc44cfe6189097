"""Access: actors and their permissions, API tokens, one-time links, browser sessions, and kept API responses."""
