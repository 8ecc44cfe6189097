"""One form makes one thing, however often it is sent: its stamp is spent in the transaction of what it makes."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from flask import request, session
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.tokens import hashed
from cases.database.tables.sent_forms import SpentForm
from cases.database.transactions import insert_of
from web.current import machine_now
from web.errors.refused_forms import FormSentBefore
from web.pages.stamps import FormStamp
from web.requests.kept_forms import typed_fields

SENT_HERE_FOR = timedelta(days=1)  # so long a browser is known as the one that sent something


def once_per_form(rows: Session, make: Callable[[], str]) -> str:
    """Call `make`, which returns the path of the page to show next, and return that path.

    If this form was sent before, return the path of the first sending without calling `make`; a second sending waits
    for the commit of the first. Raises `FormSentBefore` when it has another content now, or comes from a browser that
    cannot be known to be the same: that one must not be led to somebody's receipt. A form without a stamp of ours is
    taken as often as it is sent.
    """
    stamp = FormStamp(request.form.get("stamp", ""))
    if not stamp.is_ours:
        return make()
    spent = _spend(rows, stamp)
    if spent is None:
        return _location_of_the_first(rows, stamp)
    location = make()
    rows.execute(update(SpentForm).where(SpentForm.id == spent).values(location=location))
    return location


def was_sent_here(rows: Session, location: str) -> bool:
    """Return whether this browser has sent, within a day, a form that led to the page at this path."""
    if not session.get("csrf_token"):
        return False
    sent = select(SpentForm.id).where(SpentForm.location == location, SpentForm.browser == this_browser())
    return rows.scalar(sent.where(SpentForm.made_at > machine_now() - SENT_HERE_FOR).limit(1)) is not None


def this_browser() -> str:
    """Return the hash of the secret in this browser's cookie that its form tokens are made of."""
    return hashed(str(session.get("csrf_token", "")))


def _spend(rows: Session, stamp: FormStamp) -> int | None:
    """Record the stamp, and return its row's id; None when it was spent before."""
    spent = insert_of(rows)(SpentForm).values(
        key=stamp.hash, browser=this_browser(), content=_content(), location="", made_at=machine_now()
    )
    made: int | None = rows.execute(spent.on_conflict_do_nothing().returning(SpentForm.id)).scalar()
    return made


def _location_of_the_first(rows: Session, stamp: FormStamp) -> str:
    first = rows.execute(
        select(SpentForm.browser, SpentForm.content, SpentForm.location).where(SpentForm.key == stamp.hash)
    ).one()
    if (first.browser, first.content) != (this_browser(), _content()):
        raise FormSentBefore
    return str(first.location)


def _content() -> str:
    """Return the hash of what was typed, and of the names of the files."""
    names = [file.filename for file in request.files.getlist("files") if file.filename]
    content = [sorted(typed_fields().items()), names]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
