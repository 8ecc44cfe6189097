"""The simulated people: who works where, what comes in, how they act, and who leaves."""
