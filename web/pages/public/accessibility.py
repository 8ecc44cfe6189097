"""The accessibility statement (lag 2018:1937, 13 §)."""

from flask import Blueprint, render_template

from web.requests.guard import Audience, open_to

bp = Blueprint("accessibility", __name__)


@bp.get("/tillganglighet")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the accessibility statement."""
    return render_template("accessibility.html")
