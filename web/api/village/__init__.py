"""API endpoints of the village method, one file for each of its rooms."""
