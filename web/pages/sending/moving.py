"""A page whose address was replaced, as when its key is: in the browser that had it replaced, the old one leads there.

To everybody else the old address is one that never was.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import redirect, request, session
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.access.tokens import hashed
from cases.database.tables.sent_forms import SpentForm
from cases.database.transactions import insert_of
from cases.refusals import NotFound
from web.current import current, machine_now
from web.pages.sending.spending import this_browser

NOWHERE = "/"  # where what led to a key leads once that was replaced
Page = Callable[..., str | Response]


@contextmanager
def moving(rows: Session, paths: Callable[[], list[str]]) -> Iterator[None]:
    """Let this browser be led to the new addresses of pages whose addresses are replaced within this block.

    `paths` returns their paths, before and afterwards, in the same order. What this browser has sent leads to the new
    ones, and so do the old addresses themselves. What other browsers have sent leads to none of them any more
    (`cases.database.tables.idempotency_keys.forget_answers`).
    """
    old = paths()
    sent = [rows.scalars(select(SpentForm.id).where(*_sent_here(path))).all() for path in old]
    yield
    for was, to, ids in zip(old, paths(), sent, strict=True):
        if to != was:
            rows.execute(update(SpentForm).where(SpentForm.id.in_(ids)).values(location=to))
            sign = {
                "key": _key(was),
                "browser": this_browser(),
                "content": "",
                "location": to,
                "made_at": machine_now(),
            }
            rows.execute(insert_of(rows)(SpentForm).values(sign).on_conflict_do_nothing())


def found_where_it_moved(show: Page) -> Page:
    """Decorate the view of a page so that, when there is none, this browser is led to where it had the page moved."""

    @wraps(show)
    def find(**arguments: Any) -> str | Response:
        try:
            return show(**arguments)
        except NotFound:
            if (moved_to := _moved_to(request.path)) is None:
                raise
        return redirect(moved_to, 303)

    return find


def _moved_to(path: str) -> str | None:
    if not session.get("csrf_token"):
        return None
    with current().database.reading() as rows:
        found = rows.scalar(select(SpentForm.location).where(SpentForm.key == _key(path)))
    return found if found != NOWHERE else None


def _sent_here(path: str) -> tuple[ColumnElement[bool], ...]:
    return SpentForm.location == path, SpentForm.browser == this_browser()


def _key(path: str) -> str:
    return hashed(json.dumps(["moved", this_browser(), path]))
