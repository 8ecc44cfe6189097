"""The records of plans: versions with areas and items, what was dropped, and how a plan is anchored."""
