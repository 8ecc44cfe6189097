"""The faults: what can go wrong, the schedule of a run, and how each is made and put right again."""
