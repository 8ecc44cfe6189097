"""Pages of the village method: the plan of a group, its draft, its adoption, how it is anchored; and the relations."""
