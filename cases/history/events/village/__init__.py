"""Events of the village method, a file for each of its rooms."""
