"""Attachments of cases: checking, re-encoding and storing files."""
