"""The JSON API under /api/v1."""

from flask import Flask


def register(app: Flask) -> None:
    """Open the API."""
