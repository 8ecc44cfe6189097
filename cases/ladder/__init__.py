"""The ladder of escalation: a sweep finds due cases, fires their rungs, and sets the next rung of each.

`cases.deadlines.policies` says how many days lie between the rungs, `notifications.who_is_told` who gets a letter when
one fires.
"""
