"""dramatiq: its broker, and a consumer that waits instead of polling."""
