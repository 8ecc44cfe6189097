"""Pages of the village method: the plan of a group, its draft, its adoption, and how it is anchored."""
