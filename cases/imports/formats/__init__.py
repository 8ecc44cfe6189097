"""The formats in which a table may be written: CSV of any dialect, spreadsheets, and ways to write a moment."""
