"""Pages of the village method, a folder for each of its rooms."""
