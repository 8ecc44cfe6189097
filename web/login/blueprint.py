"""The blueprint of all log-in pages, and what they keep in Flask's signed cookie."""

from flask import Blueprint

bp = Blueprint("login", __name__)
BROWSER = "browser"  # the random text to which a log-in link and its code are bound
KNOWN = "known"  # the id of the browser, where the person who asked has logged in before
