"""The morning letter: the day's figures, the all-clear, and the head of the history as it stands."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.calendar import Calendar
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_history import Portion
from cases.database.clock import present
from cases.database.transactions import calendar_of
from cases.history.events import MorningCame
from cases.history.journal import Entry, Event
from cases.organisation.municipality import STREAM, municipality
from cases.states import CLOCK_OF, RunsOut
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.set_aside import count_set_aside
from workers.runtime import Runtime

LOG = structlog.get_logger()
ON_THE_LADDER = [state for state, clock in CLOCK_OF.items() if clock is RunsOut.LADDER]


def write_morning_letter(workplace: Runtime) -> bool:
    """Let the morning come, once a day; say whether it came now.

    Every guarantee is looked at each time; the hashes of a history when it went on, and when its turn comes.
    """
    with workplace.database.reading() as session:
        moment = present(session)
        today = calendar_of(session).day_of(moment)
        went_on = Portion(today, after=_last_morning(session, Event.id) or 0)
        breaches = len(find_forgotten(session, moment, went_on))
        head = chain_head(session)
    with workplace.database.transaction() as session:
        house = municipality(session, locked=True)
        since = _last_morning(session, Event.at)
        if since is not None and calendar_of(session).day_of(since) >= today:
            return False
        figures = count_for_morning(session, moment, since or moment - timedelta(days=1))
        entry = Entry(house, by=THE_CLOCK, at=moment)
        entry.add(MorningCame(day=today.isoformat(), all_clear=not breaches, breaches=breaches, head=head, **figures))
        entry.write(session)
    LOG.info("morning.written", breaches=breaches)
    return True


def chain_head(session: Session) -> str:
    """Give sha256 over the last hash of every stream, in order: kept elsewhere, it shows any later change.

    It goes out with the letter, so that whoever rewrites the history has to rewrite people's mailboxes too.
    """
    heads = session.execute(select(Case.ref, Case.head_hash).order_by(Case.id).execution_options(yield_per=1000))
    return head_over([(("house"), municipality(session).head_hash), *((row.ref, row.head_hash) for row in heads)])


def head_over(heads: Iterable[tuple[str, str]]) -> str:
    """Give sha256 over lines of "stream hash"."""
    digest = hashlib.sha256()
    for stream, head in heads:
        digest.update(f"{stream} {head}\n".encode())
    return digest.hexdigest()


def count_for_morning(session: Session, moment: datetime, since: datetime) -> dict[str, int]:
    """Count what the desk's day begins with. What happened is counted from the morning before."""
    calendar = calendar_of(session)
    return {
        "received": _happened(session, "case.received", since),
        "parked_back": _happened(session, "case.taken_up", since),
        "sent_back": _happened(session, "case.sent_back", since),
        "due": _count(session, Case.id, *_due_today(calendar, moment)),
        "overdue": _count(session, Case.id, Case.state.in_(ON_THE_LADDER), Case.due_at < moment),
        "calls": _count(session, Delivery.id, *_waits(Channel.CALL)),
        "set_aside": sum(count_set_aside(session).values()),
    }


def _last_morning(session: Session, column: Any) -> Any:
    """Give this column of the event of the last morning; None before the first."""
    return session.scalar(select(func.max(column)).where(Event.type == MorningCame.type, Event.stream == STREAM))


def _happened(session: Session, type_: str, since: datetime) -> int:
    return _count(session, Event.id, Event.type == type_, Event.recorded_at > since)


def _due_today(calendar: Calendar, moment: datetime) -> tuple[Any, ...]:
    ends = calendar.end_of(calendar.day_of(moment))
    return (Case.state.in_(ON_THE_LADDER), Case.due_at >= moment, Case.due_at <= ends)


def _waits(channel: Channel) -> tuple[Any, ...]:
    return (Delivery.outcome == Outcome.WAITING, Delivery.channel == channel)


def _count(session: Session, column: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0
