"""The report of a simulation, as JSON, as text and as an HTML page."""
