"""How a person can be reached: what is a telephone number."""
