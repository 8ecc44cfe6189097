"""The events of the village method, a file for each room of `cases.village` that has any."""
