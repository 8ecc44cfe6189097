"""Reporting that an item of a plan is done."""

LONGEST_REPORT = 2000  # characters: what everybody reads beside the item
