"""The clock and its ladder: what is due happens, and every rung sets the next one."""
