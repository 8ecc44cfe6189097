"""The morning letter: the day's figures, the result of the check for forgotten cases, and one hash of all events."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_history import Portion
from cases.checks.looks import Breach
from cases.database.transactions import Database, calendar_of
from cases.history.events import MorningCame
from cases.history.journal import Entry, Event
from cases.organisation.domain_time import both_clocks
from cases.organisation.municipality import STREAM, municipality
from cases.reading.lists import Filters, conditions
from cases.states import LADDER_STATES
from notifications.inbound.mailboxes.poll_records import list_not_read
from notifications.set_aside import count_set_aside
from notifications.telephone.calls import count_to_ring
from workers.runtime import Runtime

LOG = structlog.get_logger()
REFERENCE = re.compile(r"\b\d{4}-\d{4,}\b")
MOST_NAMED = 20  # cases in one letter
IS_JUNK = Event.facts["junk"].as_boolean().is_(True)
IS_OWED = exists().where(Case.id == Event.stream, Case.obligation.is_not(None))  # nobody handed that in


def write_morning_letter(runtime: Runtime) -> bool:
    """Do what `record_morning` does, as a scheduled job."""
    return record_morning(runtime.database)


def record_morning(database: Database) -> bool:
    """Write the event from which the morning letter is made; if today (local date) has one already, return False.

    Otherwise return True. The event says which mailboxes cannot be read. Before that, the check for forgotten cases
    runs; the event says how much it found. It
    verifies the hash chain too: of each case with new events since the last morning letter, from there on, and of one
    in 28 from its beginning, so that every case is verified within 28 days.
    """
    with database.reading() as session:
        clocks = both_clocks(session)
        moment, today = clocks.domain, calendar_of(session).day_of(clocks.domain)
        grown = Portion(today, after=_last_morning(session, Event.id) or 0)
        found = find_forgotten(session, moment, grown)
        head = chain_head(session)
        unread = {
            name: calendar_of(session).day_of(since).isoformat() for name, since in list_not_read(session).items()
        }
    with database.transaction() as session:
        stream = municipality(session, locked=True)
        since = _last_morning(session, Event.at)
        if since is not None and calendar_of(session).day_of(since) >= today:
            return False
        recorded = _last_morning(session, Event.recorded_at) or clocks.recorded - timedelta(days=1)
        figures = count_for_morning(session, moment, recorded)
        entry = Entry(stream, by=THE_CLOCK, at=moment)
        entry.add(_morning(today, found, head, figures, unread))
        entry.write(session)
    LOG.info("morning.written", breaches=len(found))
    return True


def _morning(
    today: date, found: Sequence[Breach], head: str, figures: dict[str, int], unread: dict[str, str]
) -> MorningCame:
    return MorningCame(
        day=today.isoformat(),
        all_clear=not found,
        breaches=len(found),
        cases=_refs(found),
        head=head,
        unread_mailboxes=unread or None,
        junk=figures.pop("junk") or None,
        **figures,
    )


def _refs(found: Iterable[Breach]) -> list[str] | None:
    """Return the references of the cases that these breaches name, each once, at most 20; None when there is none."""
    refs = dict.fromkeys(ref for breach in found for ref in REFERENCE.findall(breach.subject))
    return list(refs)[:MOST_NAMED] or None


def chain_head(session: Session) -> str:
    """Return one hash of the whole history, made of the last hash of each case's events and of the municipality's.

    The morning letter contains it, so that whoever rewrites events would have to rewrite people's mailboxes too.
    """
    heads = session.execute(select(Case.ref, Case.head_hash).order_by(Case.id).execution_options(yield_per=1000))
    return head_over([("house", municipality(session).head_hash), *((row.ref, row.head_hash) for row in heads)])


def head_over(heads: Iterable[tuple[str, str]]) -> str:
    """Return the sha256, in hex, of a text that has the line "reference hash" for each pair in `heads`.

    A pair is the reference of a case and the hash of its last event.
    """
    digest = hashlib.sha256()
    for stream, head in heads:
        digest.update(f"{stream} {head}\n".encode())
    return digest.hexdigest()


def count_for_morning(session: Session, moment: datetime, since: datetime) -> dict[str, int]:
    """Return the figures of the morning letter by name, such as "received", "overdue" and "calls".

    `moment` is now. What has happened is counted from `since`, when the morning letter before was recorded.
    """
    calendar = calendar_of(session)
    day_end = calendar.end_of(calendar.day_of(moment))
    return {
        "received": _count_events(session, "case.received", since, ~IS_OWED, ~IS_JUNK),
        "junk": _count_events(session, "case.received", since, IS_JUNK),
        "parked_back": _count_events(session, "case.taken_up", since),
        "sent_back": _count_events(session, "case.sent_back", since),
        "due": _count_listed(session, Filters(states=LADDER_STATES, due_by=day_end), moment),
        "overdue": _count_listed(session, Filters(overdue=True), moment),
        "calls": count_to_ring(session),
        "set_aside": sum(count_set_aside(session).values()),
    }


def _last_morning(session: Session, column: Any) -> Any:
    """Return the highest value of this column among the events of past mornings; None before the first."""
    return session.scalar(select(func.max(column)).where(Event.type == MorningCame.type, Event.stream == STREAM))


def _count_events(session: Session, type_: str, since: datetime, *conditions: Any) -> int:
    return _count(session, Event.id, Event.type == type_, Event.recorded_at > since, *conditions)


def _count_listed(session: Session, filters: Filters, moment: datetime) -> int:
    """Return how many cases the list with these filters has, by the conditions of the list itself."""
    return _count(session, Case.id, *conditions(filters, moment))


def _count(session: Session, column: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0
