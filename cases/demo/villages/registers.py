"""The registers of the demonstration: on Mondays the desk notes who decides about what came, and what they answered."""

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, actor_for
from cases.case import Case, case_to_change
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.village.registers.entering import EntryGiven, enter_in_register
from cases.village.registers.entry import RegisterEntry
from cases.village.registers.reading_entries import entry_of

NOTED_AT = time(11)
MONDAY, EVERY = 0, 3  # of so many Mondays, nothing new is noted on one
ANSWERS_AFTER, ANSWERED = timedelta(days=35), 0.7
BY = "kontakt@tallvinda.example"
STATE_ROAD = ("trafikverket", "trafikverket", "Vi tar med det när vägen ses över nästa år.")
OWN_ROAD = ("tallvinda-kommun", "tallvinda-kommun", "")
VILLAGE_ROAD = ("tallvinda-kommun", "almvinda-vagforening", "")
WHO: dict[str, tuple[tuple[str, str, str], ...]] = {  # by topic: who decides, who keeps it, what they answer
    "trafik": (
        STATE_ROAD, OWN_ROAD, ("lansstyrelsen", "trafikverket", "Vi prövar en lägre fart på sträckan."), VILLAGE_ROAD,
    ),
    "belysning": (("trafikverket", "elbolaget", "Stolpen är vår. Vi byter lampan i höst."), OWN_ROAD),
    "kollektivtrafik": (("regionen", "tallvinda-kommun", "Turen ses över inför nästa tidtabell."),),
}  # fmt: skip
SORTS = {  # by a part of the title, a word of the topic's register
    "fart": "fart", "hastighet": "fart", "korsning": "korsning", "cykel": "cykelväg", "skylt": "skylt",
    "parker": "parkering", "hål": "vägens skick", "kurva": "vägens skick", "släckt": "släckt", "lykt": "ny lykta",
    "buss": "turer", "hållplats": "hållplats",
}  # fmt: skip


def note_who_decides(database: Database, clock: MovingClock, day: date, end: datetime) -> None:
    """On a Monday, let the desk enter the latest published case of each topic, and the answers that have come."""
    moment = datetime.combine(day, NOTED_AT, database.calendar.zone).astimezone(end.tzinfo)
    if day.weekday() != MONDAY or moment >= end:
        return
    clock.now = moment
    with database.transaction() as session:
        person = session.scalars(select(Person.id).where(Person.email == BY)).one()
        by = actor_for(session, person, on=day)
        if by is not None:
            for ref, topic in session.execute(_new()).all() if day.isocalendar().week % EVERY else ():
                _enter(session, ref, topic, day, by, moment)
            for ref, topic in session.execute(_unanswered(day)).all():
                _answer(session, ref, topic, day, by, moment)


def _new() -> Select[str, str]:
    of_topics = select(Case.ref, Category.slug).join(Category, Category.id == Case.category_id)
    there = select(RegisterEntry.case_id).where(RegisterEntry.case_id == Case.id).exists()
    found = of_topics.where(Category.slug.in_(WHO), Case.published_at.is_not(None), ~there)
    return found.order_by(Case.id.desc()).limit(1)


def _unanswered(day: date) -> Select[str, str]:
    found = select(Case.ref, Category.slug).join(Category, Category.id == Case.category_id)
    found = found.join(RegisterEntry, RegisterEntry.case_id == Case.id).where(RegisterEntry.answered_on.is_(None))
    long_ago = day - ANSWERS_AFTER
    within = RegisterEntry.forwarded_on.between(long_ago - timedelta(days=6), long_ago)
    return found.where(within).order_by(Case.id)


def _enter(session: Session, ref: str, topic: str, day: date, by: Actor, at: datetime) -> None:
    case = case_to_change(session, ref)
    decides, keeper, answer = Random(ref).choice(WHO[topic])  # noqa: S311 - dice of a story  # nosec B311
    title = case.title.lower()
    known = (case.category.register or {}).get("sorts", ()) if case.category else ()
    sort = next((word for part, word in SORTS.items() if part in title and word in known), None)
    given = EntryGiven(decides, keeper, sort=sort, forwarded_on=day if answer else None)
    enter_in_register(session, case, given, by=by, at=at)


def _answer(session: Session, ref: str, topic: str, day: date, by: Actor, at: datetime) -> None:
    chance = Random(f"{ref} svar")  # noqa: S311 - dice of a story  # nosec B311
    case = case_to_change(session, ref)
    was = entry_of(session, case.id)
    answer = next((text for decides, _, text in WHO[topic] if decides == was.decides and text), "")
    if answer and chance.random() < ANSWERED:
        given = EntryGiven(
            was.decides, was.keeper, was.where or "", was.sort, was.forwarded_on, answered_on=day, answer=answer
        )
        enter_in_register(session, case, given, by=by, at=at)
