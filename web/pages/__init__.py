"""Pages for people: one file per thing that they come for."""

from flask import Flask

from web.pages import (
    accessibility,
    attachments,
    calls,
    case,
    commenting,
    correcting,
    desk,
    erasing,
    following,
    forum,
    handing_in,
    mailbox,
    mine,
    overview,
    publishing,
    searching,
    set_aside,
    several,
    stepping,
    units,
)
from web.pages.layout import dress

BLUEPRINTS = (
    overview.bp, handing_in.bp, several.bp, mine.bp, case.bp, stepping.bp, commenting.bp, correcting.bp, publishing.bp,
    erasing.bp,
    attachments.bp, following.bp, desk.bp, units.bp, searching.bp, calls.bp, set_aside.bp, mailbox.bp, forum.bp,
    accessibility.bp,
)  # fmt: skip


def register(app: Flask) -> None:
    """Open the pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    dress(app)
