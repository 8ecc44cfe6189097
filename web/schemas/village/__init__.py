"""The bodies of requests and responses about the village method."""
