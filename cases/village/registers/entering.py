"""Entering a case in the register of its topic: who decides, who keeps the road, when they were asked and answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import is_storable, is_storable_line, visible
from cases.database.transactions import calendar_of
from cases.history.events import RegisterAnswered, RegisterEntered, RegisterForwarded
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Visibility
from cases.organisation.categories import RegisterWords
from cases.reading.event_readers import may_read_event
from cases.refusals import BadCharacters, DateNeeded, DateOutside, NameNeeded, StaleVersion, TooLong, UnknownName
from cases.village.registers.authority import Authority
from cases.village.registers.entry import LONGEST_REF, LONGEST_WHERE, RegisterEntry
from cases.village.registers.reading_entries import entry_of
from cases.village.rights import require

FORWARDING, ANSWER = ("forwarded_on", "their_ref"), ("answered_on", "answer")
COLUMNS = ("decides", "keeper", "where", "sort", *FORWARDING, *ANSWER)
LONGEST = {"where": LONGEST_WHERE, "their_ref": LONGEST_REF, "answer": LONGEST_TEXT}
LINES = frozenset({"where", "their_ref"})


@dataclass(frozen=True)
class EntryGiven:
    """What staff enter of a case. Authorities are slugs, days local; what is not known is None, or "" for a text.

    `version` is the number of the last event of the case that its author had read, None when nobody asks.
    """

    decides: str | None = None
    keeper: str | None = None
    where: str = ""
    sort: str | None = None
    forwarded_on: date | None = None
    their_ref: str = ""
    answered_on: date | None = None
    answer: str = ""
    version: int | None = None


def enter_in_register(session: Session, case: Case, given: EntryGiven, *, by: Actor, at: datetime) -> list[int]:
    """Let the register say of the case what is given, and nothing else; return the ids of the events, [] for no change.

    The case must be locked. Raises `NotAllowed` to those who are not staff, `StaleVersion` when somebody has changed
    the entry since `given.version`, `UnknownName` for an authority that is not there or a sort that is no word of the
    topic (an import may have any), `NameNeeded` for a case that was sent on to nobody, `DateNeeded` for an answer that
    nobody was asked for or without a day, `DateOutside` for a day to come or an answer before the question, `TooLong`
    or `BadCharacters`.
    """
    if by.kind is not ActorKind.IMPORT:
        require("enter_in_register", by, case.responsible)
    entered = entry_of(session, case.id)
    _refuse_stale(session, case, entered.version, given.version, by)
    was, now = {name: getattr(entered, name) for name in COLUMNS}, _values_given(given)
    authorities = _authority_ids(session, now)
    _refuse_bad(session, case, was, now, authorities, at, any_sort=by.kind is ActorKind.IMPORT)
    if was == now:
        return []
    written = Entry(case, by=by, at=at)
    if by.person_id is not None:
        case.touch(at)
    _tell(written, was, now)
    ids = written.write(session)
    _store(session, case, now, authorities, ids[-1])
    return ids


def _refuse_stale(session: Session, case: Case, last_change: int, version: int | None, by: Actor) -> None:
    if version is None or version >= last_change:
        return
    later = select(Event.seq, Event.type, Event.facts).where(Event.stream == case.id, Event.seq > version)
    found = session.execute(later.order_by(Event.seq))
    since = tuple((seq, type_) for seq, type_, facts in found if may_read_event(by, case, type_, facts))
    raise StaleVersion(version=case.version, since=since)


def _values_given(given: EntryGiven) -> dict[str, Any]:
    values = {name: getattr(given, name) for name in COLUMNS}
    return {name: (visible(value) if isinstance(value, str) else value) or None for name, value in values.items()}


def _refuse_bad(
    session: Session,
    case: Case,
    was: dict[str, Any],
    now: dict[str, Any],
    authorities: dict[str, int],
    at: datetime,
    *,
    any_sort: bool,
) -> None:
    for name, most in LONGEST.items():
        text = now[name] or ""
        if len(text) > most:
            raise TooLong(field=name, most=most)
        if not (is_storable_line if name in LINES else is_storable)(text):
            raise BadCharacters(field=name)
    for name in ("decides", "keeper"):
        if now[name] is not None and now[name] not in authorities:
            raise UnknownName(field=name, name=now[name])
    known = RegisterWords.read(case.category.register if case.category else None).sorts
    if not any_sort and now["sort"] not in (None, was["sort"], *known):
        raise UnknownName(field="sort", name=now["sort"])
    _refuse_bad_days(now, calendar_of(session).day_of(at))


def _refuse_bad_days(now: dict[str, Any], today: date) -> None:
    forwarded, answered = now["forwarded_on"], now["answered_on"]
    if forwarded is None and (answered or now["answer"]):
        raise DateNeeded(field="forwarded_on")
    if answered is None and now["answer"]:
        raise DateNeeded(field="answered_on")
    if forwarded is not None and forwarded > today:
        raise DateOutside(field="forwarded_on", latest=today)
    if answered is not None and not forwarded <= answered <= today:
        raise DateOutside(field="answered_on", earliest=forwarded, latest=today)
    if forwarded is not None and now["decides"] is None and now["keeper"] is None:
        raise NameNeeded(field="decides")


def _tell(written: Entry, was: dict[str, Any], now: dict[str, Any]) -> None:
    """Add the events that tell what changed; what was said before in a text stays in its own event."""
    changed = [name for name in COLUMNS if was[name] != now[name]]
    forwarded = now["forwarded_on"] is not None and bool({*FORWARDING} & {*changed})
    answered = now["answered_on"] is not None and bool({*ANSWER} & {*changed})
    told = {*(FORWARDING if forwarded else ()), *(ANSWER if answered else ())}
    what = [name for name in changed if name not in told]

    def words(field: str, name: str, visibility: Visibility) -> tuple[SpokenWords, ...]:
        return (SpokenWords(field, now[name], visibility),) if name in changed and now[name] else ()

    if what:
        where, ref = (
            words("where", "where", Visibility.PUBLIC),
            words("their_ref", "their_ref", Visibility.PARTICIPANTS),
        )
        entered = RegisterEntered(what=what, **{name: now[name] for name in ("decides", "keeper", "sort")})
        written.add(entered, *where, *(() if forwarded else ref))
    to = now["decides"] or now["keeper"]
    if forwarded:
        sent = RegisterForwarded(to=to, on=now["forwarded_on"].isoformat())
        written.add(sent, *words("their_ref", "their_ref", Visibility.PARTICIPANTS))
    if answered:
        days = {"on": now["answered_on"].isoformat(), "forwarded_on": now["forwarded_on"].isoformat()}
        written.add(RegisterAnswered(by=to, **days), *words("note", "answer", Visibility.PUBLIC))


def _store(session: Session, case: Case, now: dict[str, Any], authorities: dict[str, int], event_id: int) -> None:
    entry = session.get(RegisterEntry, case.id)
    if entry is None:
        entry = RegisterEntry(case_id=case.id, event_id=event_id)
        session.add(entry)
    entry.decides_id, entry.keeper_id = (authorities.get(now[name]) for name in ("decides", "keeper"))
    entry.where_text, entry.event_id = now["where"], event_id
    for name in ("sort", *FORWARDING, *ANSWER):
        setattr(entry, name, now[name])
    session.flush()


def _authority_ids(session: Session, now: dict[str, Any]) -> dict[str, int]:
    """Return the ids of the authorities that are named and there, by slug."""
    named = {now["decides"], now["keeper"]} - {None}
    found = select(Authority.slug, Authority.id).where(Authority.slug.in_(named))
    return dict(session.execute(found).all()) if named else {}
