"""Policies, and when the next rung fires."""
