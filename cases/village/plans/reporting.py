"""Reports that an item of a plan is done: what was told of it, and putting that right."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.texts import is_storable, visible
from cases.database.transactions import calendar_of
from cases.history.events import CaseCorrected
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Visibility, Words
from cases.organisation.units import Unit
from cases.progress import LONGEST_NAME
from cases.public.how_done import TELLS_OF_WORK
from cases.refusals import BadCharacters, NotAllowed, TooLong, TransitionNotAllowed, WordsNeeded
from cases.states import State
from cases.steps.ending import check_done_on
from cases.village.rights import require

LONGEST_REPORT = 2000  # characters: what everybody reads beside the item
WAS_DONE = frozenset({State.DONE, State.CLOSED})
TOLD = (
    select(Event.seq, Event.facts, Words.field, Words.text)
    .join(Case, Case.id == Event.stream)
    .outerjoin(Words, Words.event_id == Event.id)
    .where(TELLS_OF_WORK)
    .order_by(Event.seq)
)


@dataclass(frozen=True)
class WorkReport:
    """What is told of an item that is done: on which local day, None for that of the report; by whom; how it went."""

    done_on: date | None
    done_by: str
    note: str


def report_of(session: Session, ref: str) -> WorkReport:
    """Return what was told last of the case with this reference, which is done."""
    told: dict[int, dict[str, str]] = {}
    for seq, facts, field, text in session.execute(TOLD.where(Case.ref == ref)):
        words = told.setdefault(seq, {"done_on": facts.get("done_on") or ""})
        words |= {field: text or ""} if field else {}
    last = told[max(told)]
    on = date.fromisoformat(last["done_on"]) if last["done_on"] else None
    return WorkReport(on, last.get("done_by", ""), last.get("note", ""))


def put_report_right(
    session: Session, unit: Unit, case: Case, report: WorkReport, *, by: Actor, at: datetime
) -> list[int]:
    """Tell anew what was told of the case, which stands in the plan of the group `unit`; return the events' ids.

    The case must be locked, and stays as it is: nobody is sent a letter. What was told before stays in its history.
    Raises `NotAllowed`, `TransitionNotAllowed` when it is not done, `DateOutside`, `WordsNeeded`, `TooLong` or
    `BadCharacters`.
    """
    require("put_report_right", by, unit)
    if case.responsible_id != unit.id and not by.is_contact:
        raise NotAllowed(step="put_report_right")
    if case.state not in WAS_DONE:
        raise TransitionNotAllowed(state=case.state, to=State.DONE)
    calendar = calendar_of(session)
    done_on = report.done_on or calendar.day_of(at)
    check_done_on(case, done_on, calendar.day_of(at), calendar)
    _check_words(report)
    entry = Entry(case, by=by, at=at)
    entry.add(
        CaseCorrected(what=["done_on"], done_on=done_on.isoformat()),
        SpokenWords("note", visible(report.note), Visibility.PUBLIC),
        SpokenWords("done_by", visible(report.done_by), Visibility.PUBLIC),
    )
    return entry.write(session)


def _check_words(report: WorkReport) -> None:
    if not visible(report.note):
        raise WordsNeeded(field="note", step="finish")
    for field, text, most in (("note", report.note, LONGEST_REPORT), ("done_by", report.done_by, LONGEST_NAME)):
        if len(text) > most:
            raise TooLong(field=field, most=most)
        if not is_storable(text):
            raise BadCharacters(field=field)
