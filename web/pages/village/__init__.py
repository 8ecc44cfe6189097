"""Pages of the village method: what each village means to do, and what has come of it."""
