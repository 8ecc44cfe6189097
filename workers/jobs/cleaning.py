"""Cleaning up: deletes expired rows, and files that no row names. Whatever an event or a letter refers to is kept."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from cases.access.request_counts import RequestCount
from cases.access.tokens import LOGIN, Link, WebSession
from cases.database.clock import present
from cases.database.tables.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR, KeptAnswer
from cases.database.tables.sent_forms import KEPT_FORMS_KEPT_FOR, SPENT_FORMS_KEPT_FOR, KeptForm, SpentForm
from cases.files.orphans import forget_orphans
from cases.files.storage import attachments_under
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from notifications.inbound.mailboxes.emptying import empty_all
from notifications.telephone.calls import drop_overtaken
from workers.runtime import Runtime

LOG = structlog.get_logger()
EMPTY_BATCHES_KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(days=30)  # after they expire: a person may still ask what became of one


def clean_up(runtime: Runtime) -> dict[str, int]:
    """Delete files that no row names, and old rows: API answers, web sessions, log-in links, forms, event batches.

    Each kind of row has a transaction of its own. SQLite's write-ahead log is emptied, so that what was erased does not
    live on in it. Mails that were kept long ago are deleted from the folder "Ventil" of each mailbox. Return the number
    of deleted rows by kind: "answers", "sessions", "links", "empty_ticks", "spent_forms" and "kept_forms". Deleted
    files and mails are not counted, nor what rate limits have counted until now.
    """
    removed = {}
    for name, statement in CLEANINGS.items():
        with runtime.database.transaction() as session:
            removed[name] = len(session.execute(statement(session)).all())
    LOG.info("cleaned", **removed)
    _remove_counts(runtime)
    with runtime.database.transaction() as session:
        drop_overtaken(session)
    runtime.database.empty_log()
    _remove_orphans(runtime)
    empty_all(runtime.database, runtime.settings.incoming)
    return removed


def _remove_counts(runtime: Runtime) -> None:
    """Delete the counts of rate limits whose window is over: as if they had never been."""
    with runtime.database.transaction() as session:
        session.execute(delete(RequestCount).where(RequestCount.ends_at < present(session)))


def _remove_orphans(runtime: Runtime) -> None:
    """Delete attachments that no row names. A row whose file is missing is logged: only a person can mend it."""
    with runtime.database.reading() as session:
        missing = forget_orphans(session, attachments_under(runtime.settings.var), at=present(session))
    if missing:
        LOG.error("attachments.missing", count=len(missing))


def _answers(session: Session) -> Any:
    old = KeptAnswer.made_at < present(session) - IDEMPOTENCY_KEYS_KEPT_FOR
    return delete(KeptAnswer).where(old).returning(KeptAnswer.id)


def _sessions(session: Session) -> Any:
    old = WebSession.expires_at < present(session) - KEYS_KEPT
    return delete(WebSession).where(old).returning(WebSession.id)


def _links(session: Session) -> Any:
    """Return the statement that deletes expired log-in links; other links stand in letters that people keep."""
    old = (Link.purpose == LOGIN, Link.expires_at < present(session) - KEYS_KEPT)
    return delete(Link).where(*old).returning(Link.id)


def _empty_batches(session: Session) -> Any:
    """Return the statement that deletes batches of sweeps that fired nothing: no event and no letter names them."""
    empty = ~exists().where(Event.tick_id == EventBatch.id)
    over = (EventBatch.planned_at.isnot(None), EventBatch.planned_at < present(session) - EMPTY_BATCHES_KEPT)
    return delete(EventBatch).where(*over, empty).returning(EventBatch.id)


def _spent_forms(session: Session) -> Any:
    old = SpentForm.made_at < present(session) - SPENT_FORMS_KEPT_FOR
    return delete(SpentForm).where(old).returning(SpentForm.id)


def _kept_forms(session: Session) -> Any:
    old = KeptForm.made_at < present(session) - KEPT_FORMS_KEPT_FOR
    return delete(KeptForm).where(old).returning(KeptForm.id)


CLEANINGS = {
    "answers": _answers,
    "sessions": _sessions,
    "links": _links,
    "empty_ticks": _empty_batches,
    "spent_forms": _spent_forms,
    "kept_forms": _kept_forms,
}
