"""The agenda of a meeting and its minutes, as far as the reader may see them: at most eight queries, however long."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.meetings.agenda_items import SORT_OF, AgendaItem, AgendaReason, ItemSort, SettledHow
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.meetings.resolution import Resolution, StoodAside
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.parties import Party
from cases.public.masking import mask
from cases.public.protection import PROTECTED
from cases.reading.visibility import opened_by
from cases.refusals import NotFound
from cases.village.forum.proposing import Proposed, proposed_for
from cases.village.forum.reading.meetings import meeting_listed
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown, InvitedShown, ResolutionShown

HOME = aliased(Case)
UNDER = aliased(AgendaItem)
SETTLED, RECOMMENDED, ANSWERED = "case.settled_on_agenda", "case.recommended", "case.answered"
MEETING = (
    select(Meeting, Unit, HOME.ref, HOME.id, Invited.id)
    .join(Unit, Unit.id == Meeting.body_id)
    .outerjoin(HOME, HOME.id == Meeting.case_id)
)


def agenda_shown(
    session: Session, number: int, *, by: Actor, at: datetime, leaving_out: Collection[str] = ()
) -> AgendaShown:
    """Return the meeting with this number and its agenda at the moment `at` (UTC), as `by` may read it.

    Who sits in the body, is invited or is staff reads what is chosen and proposed before it is sent, and the minutes
    before they are adjusted; everybody else the agenda once it is sent, and the minutes once they are adjusted. Of a
    case that the reader may not read, only its topic and place are told. `leaving_out` names what a page does not show,
    so that nothing is read for it: "late", what is proposed once the agenda is sent, or "invited". Raises `NotFound`.
    """
    own = false() if by.person_id is None else Invited.person_id == by.person_id  # a guest has no person, nor a visitor
    mine = and_(Invited.meeting_id == Meeting.id, own)
    row = session.execute(MEETING.outerjoin(Invited, mine).where(Meeting.id == number)).first()
    if row is None:
        raise NotFound(ref=str(number))
    meeting, body, home_ref, home_id, invited_id = row
    reads_all = by.is_staff or by.is_in(body.id) or invited_id is not None
    shown = AgendaShown(
        meeting_listed(meeting, body.slug, body.name), meeting.agenda_revision, meeting.agenda_sent_on,
        meeting.closed_on, meeting.adjusted_on, meeting.quorate, home_ref if reads_all else None, reads_all,
    )  # fmt: skip
    if not reads_all and meeting.agenda_sent_on is None:
        return shown
    told = reads_all or meeting.adjusted_on is not None
    rows = session.execute(_items(by).where(AgendaItem.meeting_id == number)).all()
    streams = {row.AgendaItem.case_id or home_id for row in rows if told and row.AgendaItem.settled_at is not None}
    words = _words(session, number, streams - {None})
    settled = {row.AgendaItem.id for row in rows if told and row.AgendaItem.settled_at is not None}
    resolutions = _resolutions(session, settled)
    items = [_item(row, words, resolutions, home_id, is_staff=by.is_staff) for row in rows]
    items = items if told else [replace(item, how=None) for item in items]
    if reads_all and (meeting.agenda_sent_on is None or "late" not in leaving_out):
        items += _proposed(session, meeting, by, at)
    sees_people = reads_all and (by.is_staff or meeting.closed_on is not None) and "invited" not in leaving_out
    invited = _invited(session, number, by) if sees_people else []
    adjusters = _adjusters(session, home_id) if meeting.adjusted_on is not None and home_id is not None else []
    return AgendaShown(
        **{**vars(shown), "items": tuple(items), "invited": tuple(invited), "adjusters": tuple(adjusters)}
    )


def item_opened_by(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `AgendaItem` and its `Case` that the actor may open the case; False for a topic."""
    return and_(AgendaItem.case_id.is_not(None), opened_by(actor), ~PROTECTED)


def _items(by: Actor) -> Any:
    """Return a statement that selects items with their cases, and whether the actor may open each case."""
    return (
        select(
            AgendaItem, Case.ref, Case.title, Category.name.label("category"), Place.name.label("place"),
            item_opened_by(by).label("may_open"), UNDER.number.label("under"),
        )
        .outerjoin(Case, Case.id == AgendaItem.case_id)
        .outerjoin(Category, Category.id == Case.category_id)
        .outerjoin(Place, Place.id == Case.place_id)
        .outerjoin(UNDER, UNDER.id == AgendaItem.under_id)
        .order_by(AgendaItem.number, AgendaItem.id)
    )  # fmt: skip


def _item(
    row: Any,
    words: Mapping[tuple[int, int], str],
    resolutions: Mapping[int | None, ResolutionShown],
    home_id: int | None,
    *,
    is_staff: bool,
) -> AgendaItemShown:
    item, opens = row.AgendaItem, bool(row.may_open) or row.AgendaItem.case_id is None
    stream = item.case_id or home_id or 0
    return AgendaItemShown(
        number=item.number, case=row.ref if row.may_open else None,
        topic=item.topic if is_staff else _masked(item.topic),
        title=mask(row.title) if row.may_open else _masked(item.topic),
        category=row.category, place=row.place, sort=ItemSort(item.sort), why=AgendaReason(item.why), under=row.under,
        carried=item.carried_from_id is not None, how=SettledHow(item.settled_how) if item.settled_how else None,
        words=mask(words[stream, item.number]) if opens and (stream, item.number) in words else None,
        resolution=resolutions.get(item.id) if opens else None,
    )  # fmt: skip


def _masked(text: str | None) -> str | None:
    return mask(text) if text else None


def _words(session: Session, meeting: int, streams: Collection[int]) -> dict[tuple[int, int], str]:
    """Return what was said when items of the meeting were settled, by case and number of the item; the latest words."""
    if not streams:
        return {}
    note = and_(Words.event_id == Event.id, Words.field == "note", Words.visibility == Visibility.PUBLIC)
    found = (
        select(Event.stream, Event.act_seq, Event.type, Event.facts, Words.text)
        .outerjoin(Words, note)
        .where(Event.stream.in_(streams), Event.type.in_([SETTLED, RECOMMENDED, ANSWERED]))
        .order_by(Event.stream, Event.seq)
    )
    latest: dict[tuple[int, int], int] = {}  # the act that settled the item, or put that right
    said: dict[tuple[int, int], str] = {}
    for row in session.execute(found):
        if row.facts.get("meeting") == meeting:
            latest[row.stream, row.facts["item"]] = row.act_seq
        if row.text:
            said[row.stream, row.act_seq] = row.text
    texts = {place: said.get((place[0], act)) for place, act in latest.items()}
    return {place: text for place, text in texts.items() if text}


def _resolutions(session: Session, items: Collection[int]) -> dict[int | None, ResolutionShown]:
    """Return the recommendation that stands about each of these items, by the item."""
    if not items:
        return {}
    other = aliased(Resolution)
    stands = ~select(other.id).where(other.replaces_id == Resolution.id).exists()
    found = (
        select(Resolution, Person.name)
        .outerjoin(StoodAside, StoodAside.resolution_id == Resolution.id)
        .outerjoin(Person, Person.id == StoodAside.person_id)
        .where(Resolution.agenda_item_id.in_(items), Resolution.decides.is_(None), stands)
        .order_by(Resolution.id, Person.name)
    )
    shown: dict[int | None, ResolutionShown] = {}
    for one, name in session.execute(found):
        before = shown.get(one.agenda_item_id)
        aside = (*before.aside, name) if before is not None and before.id == one.id else (name,) if name else ()
        shown[one.agenda_item_id] = ResolutionShown(one.id, one.verdict, one.amount_ore, one.number, aside)
    return shown


def _proposed(session: Session, meeting: Meeting, by: Actor, at: datetime) -> list[AgendaItemShown]:
    calendar = calendar_of(session)
    found = proposed_for(session, meeting, day=calendar.day_of(at), calendar=calendar)
    ids = [one.case_id for one in found if one.case_id is not None]
    cases: dict[int, Any] = {}
    if ids:
        of_cases = (
            select(Case.id, Case.ref, Case.title, Category.name.label("category"), Place.name.label("place"))
            .outerjoin(Category, Category.id == Case.category_id)
            .outerjoin(Place, Place.id == Case.place_id)
            .where(Case.id.in_(ids), opened_by(by))
        )
        cases = {row.id: row for row in session.execute(of_cases)}
    return [_shown(one, cases.get(one.case_id or 0), is_staff=by.is_staff) for one in found]


def _shown(one: Proposed, case: Any, *, is_staff: bool) -> AgendaItemShown:
    return AgendaItemShown(
        number=None, case=case.ref if case else None, topic=one.topic if is_staff else _masked(one.topic),
        title=mask(case.title) if case else _masked(one.topic), category=case.category if case else None,
        place=case.place if case else None, sort=SORT_OF.get(one.why, ItemSort.DISCUSSION), why=one.why, under=None,
        carried=one.why is AgendaReason.CARRIED, how=None, words=None, resolution=None,
    )  # fmt: skip


def _invited(session: Session, number: int, by: Actor) -> list[InvitedShown]:
    """Return who is invited; addresses only for staff."""
    found = (
        select(Invited, Person.name, Person.email, Party.name.label("outside"), Party.email.label("address"))
        .outerjoin(Person, Person.id == Invited.person_id)
        .outerjoin(Party, Party.id == Invited.party_id)
        .where(Invited.meeting_id == number)
        .order_by(Invited.guest, Person.name, Party.name, Invited.id)
    )
    return [
        InvitedShown(
            row.name or row.outside or "", (row.email or row.address) if by.is_staff else None, row.Invited.guest,
            row.Invited.answer, row.Invited.present,
        )
        for row in session.execute(found)
    ]  # fmt: skip


def _adjusters(session: Session, home_id: int) -> list[str]:
    last = (
        select(Event.facts).where(Event.stream == home_id, Event.type == "minutes.adjusted").order_by(Event.seq.desc())
    )
    facts = session.scalar(last.limit(1)) or {}
    return list(
        session.scalars(select(Person.name).where(Person.id.in_(facts.get("adjusters", []))).order_by(Person.name))
    )
