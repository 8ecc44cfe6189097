"""The processes: worker, relay and clock apart, or all of them in one."""
