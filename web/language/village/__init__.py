"""Words for the things of the village method."""
