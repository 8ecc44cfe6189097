"""How the guarantees are proved: a checker from outside, crashes at every step, years in seconds, chaos."""
