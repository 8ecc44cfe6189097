"""Years of an invented municipality in one process: the real program under a simulated clock (docs/simulating.md)."""
