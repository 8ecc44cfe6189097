"""The invariants I1 to I20, each as a function that yields one sentence for every breach."""
