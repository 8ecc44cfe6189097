"""Meetings, and what stands on an agenda."""
