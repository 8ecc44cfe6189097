"""The same words from the same browser within a day are one request: "back" and sending again makes no second case.

A form that is opened anew has a stamp of its own, but its browser restores what was typed in the one before. So the
hash of who sent what, from which browser, is spent as well, in a row beside that of the stamp.
"""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta

from flask import request, session
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.tokens import hashed
from cases.database.tables.sent_forms import SpentForm
from cases.database.transactions import insert_of
from cases.files.attaching import StoredFile
from web.current import right_now
from web.requests.identity.caller import current_actor
from web.requests.kept_forms import typed_fields

HELD_FOR = timedelta(days=1)


def content_of(files: Iterable[StoredFile]) -> str:
    """Return the hash of what is sent, by whom and from which browser; "" for a browser that cannot be known again.

    Of the files it has the names and sizes, of the words everything but the blanks around and between them.
    """
    secret = str(session.get("csrf_token", ""))
    if not secret:
        return ""
    typed = sorted((name, [" ".join(value.split()) for value in values]) for name, values in typed_fields().items())
    sent = [secret, request.path, current_actor().person_id, typed, sorted((file.name, file.size) for file in files)]
    return hashed(json.dumps(sent))


def sent_today(rows: Session, content: str) -> str | None:
    """Return the path of the page to which this content led within the last day; None when it is new."""
    young = SpentForm.made_at > right_now() - HELD_FOR
    return rows.scalar(select(SpentForm.location).where(SpentForm.key == content, young)) if content else None


def once_a_day(rows: Session, content: str, make: Callable[[], str]) -> str:
    """Call `make`, which returns the path of the page to show next, and return that path.

    If the same content was sent within a day, return the path of that sending without calling `make`; of two at the
    same moment, one waits for the commit of the other.
    """
    if not content:
        return make()
    row = {"browser": "", "content": content, "location": "", "made_at": right_now()}
    added = insert_of(rows)(SpentForm).values(key=content, **row).on_conflict_do_nothing().returning(SpentForm.id)
    if rows.execute(added).scalar() is None and (earlier := sent_today(rows, content)):
        return earlier
    location = make()
    rows.execute(update(SpentForm).where(SpentForm.key == content).values(location=location, made_at=row["made_at"]))
    return location
