"""The forum's years in the demonstration: its agendas are sent, its meetings held, and its minutes adjusted."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.meetings.agenda_items import AgendaItem, ItemSort, SettledHow
from cases.meetings.meeting import Meeting, body_id_of
from cases.meetings.resolution import Verdict
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import FORUM
from cases.village.forum.choosing import WantedItem, all_proposed, put_agenda
from cases.village.forum.finding import meeting_to_change
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, recommend
from cases.village.forum.minutes.settling import Settling
from cases.village.forum.sending import send_agenda

Take = Callable[[Session, Actor, datetime], None]
SENT_BEFORE, ADJUSTED_AFTER = timedelta(days=30), timedelta(days=8)
OPENING, CLOSING = "Mötet öppnas", "Nästa möte"
SAYS = (  # in turn, of the cases on an agenda
    (Verdict.YES, "Forumet tycker att det ska göras, och gärna före sommaren."),
    (Verdict.REFER, "Forumet vill att förvaltningen hör grannarna först."),
    (Verdict.PARTLY, "Forumet förordar den kortare sträckan i ett första steg."),
)
NOTED, LATER = "Forumet tog del av hur långt det har kommit.", "Forumet hann inte dit. Det tas upp nästa gång."


def forum_acts(days: Iterable[date]) -> Iterator[tuple[date, Take]]:
    """Yield what the desk does for each of the forum's meetings on these local days: when, and the act."""
    for held_on in days:
        yield held_on - SENT_BEFORE, _act(held_on, _send)
        yield held_on, _act(held_on, _hold)
        yield held_on + ADJUSTED_AFTER, _act(held_on, _adjust)


def _act(held_on: date, act: Callable[[Session, Meeting, Actor, datetime], None]) -> Take:
    def take(session: Session, by: Actor, at: datetime) -> None:
        found = select(Meeting).where(Meeting.held_on == held_on, Meeting.body_id == body_id_of(FORUM))
        if (meeting := session.scalars(found.order_by(Meeting.id)).first()) is not None:
            act(session, meeting, by, at)

    return take


def _send(session: Session, meeting: Meeting, by: Actor, at: datetime) -> None:
    opening = WantedItem(topic=OPENING, sort=ItemSort.INFORMATION)
    wanted = [opening, *all_proposed(session, meeting, at), WantedItem(topic=CLOSING, sort=ItemSort.INFORMATION)]
    put_agenda(session, meeting.id, wanted, by=by, at=at)
    send_agenda(session, meeting.id, by=by, at=at)


def _hold(session: Session, meeting: Meeting, by: Actor, at: datetime) -> None:
    items = meeting_to_change(session, meeting.id).items
    cases = [item for item in items if item.case_id is not None and item.settled_at is None]
    for place, item in enumerate(cases):
        if place % 4 < len(SAYS):
            _recommend(session, meeting, item, place, by, at)
    rest = [Settling(item.number or 0, SettledHow.NOTED, NOTED) for item in items if item.case_id is None]
    late = [
        Settling(item.number or 0, SettledHow.POSTPONED, LATER)
        for place, item in enumerate(cases)
        if place % 4 >= len(SAYS)
    ]
    close_meeting(session, meeting.id, Closing(_members(session, meeting), (*rest, *late)), by=by, at=at)


def _recommend(session: Session, meeting: Meeting, item: AgendaItem, place: int, by: Actor, at: datetime) -> None:
    verdict, words = SAYS[place % 4]
    ref = session.get_one(Case, item.case_id).ref
    recommend(session, ref, Recommendation(meeting.id, item.number or 0, verdict, words), by=by, at=at)


def _adjust(session: Session, meeting: Meeting, by: Actor, at: datetime) -> None:
    adjust_minutes(session, meeting.id, None, _members(session, meeting)[:2], by=by, at=at)


def _members(session: Session, meeting: Meeting) -> tuple[str, ...]:
    found = (
        select(Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.unit_id == meeting.body_id, Person.active, serves_on(meeting.held_on))
        .order_by(Person.id)
    )
    return tuple(session.scalars(found))
