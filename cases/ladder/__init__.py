"""The ladder of escalation: a sweep finds due cases, fires their rungs, and sets the next rung of each.

How far apart the rungs are stands in `cases.deadlines.policies`, who is told at each in `notifications.who_is_told`.
"""
