"""The background processes worker, relay and clock: each on its own, or all of them in one process."""
