"""Pages of meetings: calling, the agenda, the table, and the minutes."""
