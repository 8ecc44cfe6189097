"""Reading plans: the list of all, a version with the state of its items, and the draft with what it lacks."""
