"""Meetings of the forum and their agendas."""
