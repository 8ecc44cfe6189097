"""What a process runs: actors, and relay, clock and worker, apart or all in one."""
