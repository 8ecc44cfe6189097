"""The API of the village method: plans, and how they are anchored."""
