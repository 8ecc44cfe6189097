"""Convening a body: a meeting is called, moved or cancelled, and people are invited to it."""
