"""Leases on rows that workers claim, so that one worker at a time works on a row, and for a limited time."""
