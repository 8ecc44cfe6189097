"""The ladder of escalation: a sweep finds due cases, fires their rungs, and sets the next rung of each."""
