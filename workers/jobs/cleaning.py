"""Cleaning up: what nobody needs any more. Nothing that the history or a letter rests on is touched."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from cases.access.kept_answers import KEPT_FOR, KeptAnswer
from cases.access.tokens import LOGIN, Link, WebSession
from cases.database.clock import present
from cases.files.attaching import forget_orphans
from cases.files.storage import attachments_under
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from workers.runtime import Runtime

LOG = structlog.get_logger()
EMPTY_TICKS_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(days=30)  # used or run out, but a person may still ask why


def clean_up(workplace: Runtime) -> dict[str, int]:
    """Remove what is old enough, kind by kind; give how many rows of each."""
    removed = {}
    for name, statement in CLEANINGS.items():
        with workplace.database.transaction() as session:
            removed[name] = len(session.execute(statement(session)).all())
    LOG.info("cleaned", **removed)
    _orphans(workplace)
    return removed


def _orphans(workplace: Runtime) -> None:
    """Remove attachments that no row names; a row whose file is missing is told, since only a person can mend it."""
    with workplace.database.reading() as session:
        missing = forget_orphans(session, attachments_under(workplace.settings.var), at=present(session))
    if missing:
        LOG.error("attachments.missing", count=len(missing))


def _answers(session: Session) -> Any:
    old = KeptAnswer.made_at < present(session) - KEPT_FOR
    return delete(KeptAnswer).where(old).returning(KeptAnswer.id)


def _sessions(session: Session) -> Any:
    old = WebSession.expires_at < present(session) - KEYS_KEPT
    return delete(WebSession).where(old).returning(WebSession.id)


def _links(session: Session) -> Any:
    """Remove log-in links that ran out; the others stand in letters that people keep."""
    old = (Link.purpose == LOGIN, Link.expires_at < present(session) - KEYS_KEPT)
    return delete(Link).where(*old).returning(Link.id)


def _empty_ticks(session: Session) -> Any:
    """Remove ticks that found nothing after all: no event and no letter names them."""
    empty = ~exists().where(Event.tick_id == EventBatch.id)
    over = (EventBatch.planned_at.isnot(None), EventBatch.planned_at < present(session) - EMPTY_TICKS_KEPT)
    return delete(EventBatch).where(*over, empty).returning(EventBatch.id)


CLEANINGS = {"answers": _answers, "sessions": _sessions, "links": _links, "empty_ticks": _empty_ticks}
