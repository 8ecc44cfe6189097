"""A contact with a group: what is told of it becomes a record, a day for the next one, and a case for each question."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from support.houses.small_house import MONDAY, SmallHouse
from support.letters.letters_read import LETTER_SETTINGS

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.history.words import Visibility, Words
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.municipality import municipality
from cases.organisation.units import unit_named
from cases.refusals import DateOutside, FieldRefusal, NotAllowed, NotFound, TooManyQuestions, UnknownName, WordsNeeded
from cases.states import State
from cases.steps.transition import WaitingFor
from cases.village.owing import open_case
from cases.village.relations.contact import Contact, ContactWay
from cases.village.relations.logging_contacts import ContactGiven, LoggedContact, QuestionTaken, log_contact
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import MailTransport
from proof.checker import Outside, check
from workers.relay.draining import drain_deliveries, drain_outbox

TODAY, A_DAY = MONDAY.date(), timedelta(days=1)
NEXT = date(2026, 7, 1)  # a Wednesday
GIVEN = ContactGiven(
    on=TODAY, how=ContactWay.VISIT, next_on=NEXT, note="De är trötta på väntan.", met="Två i styrelsen",
    questions=(QuestionTaken("Lyktan vid skolan"), QuestionTaken("Hål i vägen", "Vid bron", "trafik")),
)  # fmt: skip


def log(
    house: SmallHouse, given: ContactGiven = GIVEN, *, slug: str = "norrby", by: str = "contact", at: datetime = MONDAY
) -> LoggedContact:
    """Log the contact; return what became of it."""
    with house.database.transaction() as session:
        return log_contact(session, unit_named(session, slug), given, by=house.actors[by], at=at)


def owed(house: SmallHouse, slug: str = "norrby") -> Case:
    """Return the open case of the contact with this group."""
    with house.database.reading() as session:
        found = open_case(session, "contact", slug)
        assert found is not None
        return found


def on_agenda(house: SmallHouse) -> list[str]:
    """Return the references of the cases on the forum's agenda."""
    on = select(Case.ref).join(AgendaItem, AgendaItem.case_id == Case.id).where(AgendaItem.settled_at.is_(None))
    with house.database.reading() as session:
        return list(session.scalars(on))


def rows(house: SmallHouse, table: str) -> int:
    """Return how many rows the table has."""
    with house.database.reading() as session:
        return int(session.scalars(text(f'SELECT count(*) FROM "{table}"')).one())


@pytest.mark.parametrize("by", ["contact", "officer", "head"])
def test_a_contact_plans_the_next_one_and_hands_in_each_question(small_house: SmallHouse, by: str) -> None:
    small_house.sweep(MONDAY)
    logged = log(small_house, by=by)
    first, second = (small_house.case(ref) for ref in logged.refs)
    case = owed(small_house)
    assert (case.state, case.duty_on, small_house.database.calendar.day_of(case.due_at)) == (
        State.PLANNED,
        case.duty_on,
        NEXT,
    )
    assert [event.type for event in small_house.events(case.ref)][-2:] == ["case.planned", "contact.logged"]
    assert {first.contact_id, second.contact_id} == {logged.number}
    assert (first.state, first.group_id) == (State.RECEIVED, small_house.unit_id("norrby"))
    assert [event.facts["contact"] for event in small_house.events(second.ref)] == [logged.number]
    assert small_house.events(second.ref)[0].facts["category"] == "trafik"
    with small_house.database.reading() as session:
        contact = session.get_one(Contact, logged.number)
    assert (contact.on_day, contact.how, contact.next_on) == (TODAY, "visit", NEXT)
    assert contact.event_id == small_house.events(case.ref, "contact.logged")[0].id


def test_what_was_said_is_for_staff_alone(small_house: SmallHouse) -> None:
    log(small_house)
    said = select(Words.field, Words.visibility).where(Words.field.in_(("met", "note")))
    with small_house.database.reading() as session:
        assert set(session.execute(said).all()) == {("met", Visibility.INTERNAL), ("note", Visibility.INTERNAL)}


@pytest.mark.parametrize("by", ["member", "neighbour", "representative", "board_member", "visitor"])
def test_nobody_of_a_group_logs_a_contact(small_house: SmallHouse, by: str) -> None:
    with pytest.raises(NotAllowed):
        log(small_house, by=by)


def test_only_a_group_that_is_there_is_met(small_house: SmallHouse) -> None:
    with pytest.raises(NotFound):
        log(small_house, slug="gata")


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"on": TODAY + timedelta(days=1)}, DateOutside, "on"),
        ({"next_on": TODAY}, DateOutside, "next_on"),
        ({"on": TODAY - timedelta(days=9), "next_on": TODAY - timedelta(days=1)}, DateOutside, "next_on"),
        ({"next_on": TODAY + timedelta(days=184)}, DateOutside, "next_on"),
        ({"questions": (QuestionTaken("En till"),) * 41}, TooManyQuestions, "questions"),
        ({"questions": (QuestionTaken("En"), QuestionTaken(" "))}, WordsNeeded, "questions.1.title"),
        ({"questions": (QuestionTaken("En", category="tåg"),)}, UnknownName, "questions.0.category"),
        ({"replaces": 4711}, UnknownName, "replaces"),
        ({"met": "x" * 201}, FieldRefusal, "met"),
        ({"note": "x" * 20_001}, FieldRefusal, "note"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_field_and_nothing_is(
    small_house: SmallHouse, change: dict[str, object], refusal: type[FieldRefusal], field: str
) -> None:
    small_house.sweep(MONDAY)
    before = [rows(small_house, table) for table in ("case", "event", "tick", "contact")]
    with pytest.raises(refusal) as refused:
        log(small_house, replace(GIVEN, **change))
    assert refused.value.field == field
    assert [rows(small_house, table) for table in ("case", "event", "tick", "contact")] == before


def test_the_next_contact_may_lie_as_far_ahead_as_the_house_says(small_house: SmallHouse) -> None:
    log(small_house, replace(GIVEN, next_on=TODAY + timedelta(days=183)))
    with small_house.database.transaction() as session:
        municipality(session).contact_days = 30
    with pytest.raises(DateOutside):
        log(small_house, replace(GIVEN, next_on=TODAY + timedelta(days=31)))
    small_house.sweep(MONDAY)
    first = small_house.database.calendar.day_of(owed(small_house, "soderby").due_at)
    assert first <= TODAY + timedelta(days=32)  # the first working day after it


@pytest.mark.parametrize(
    ("to", "fields"),
    [
        (State.PARKED, {"reason": "Senare"}),
        (State.PLANNED, {}),
        (State.IN_PROGRESS, {}),
        (State.WAITING, {"waiting_for": WaitingFor("unit", "forum"), "note": "När?"}),
    ],
)
def test_v29_no_step_puts_it_off_further_than_the_house_says(
    small_house: SmallHouse, to: State, fields: dict[str, object]
) -> None:
    small_house.sweep(MONDAY)
    with small_house.database.transaction() as session:
        municipality(session).contact_days = 30
    ref, latest = owed(small_house).ref, TODAY + timedelta(days=30)
    with pytest.raises(DateOutside) as refused:
        small_house.change(ref, to, due_on=latest + timedelta(days=1), **fields)
    assert (refused.value.field, refused.value.latest) == ("due_on", latest)
    small_house.change(ref, to, due_on=latest, **fields)


def test_a_group_that_is_owed_none_yet_is_owed_one(small_house: SmallHouse) -> None:
    log(small_house)
    assert owed(small_house).state is State.PLANNED
    small_house.sweep(MONDAY)
    assert (
        rows(small_house, "case") == 2 + 2 + 2 + 1
    )  # the questions; a contact and a plan of each group; the next meeting of the forum


@pytest.mark.parametrize(
    ("to", "fields"),
    [
        (State.PARKED, {"due_on": date(2026, 6, 1), "reason": "Senare"}),
        (State.WAITING, {"waiting_for": WaitingFor("other", name="Länsstyrelsen"), "note": "När?"}),
        (State.IN_PROGRESS, {}),
        (State.ASSIGNED, {"responsible": "gata"}),
    ],
)
def test_it_is_planned_anew_from_wherever_it_stands(
    small_house: SmallHouse, to: State, fields: dict[str, object]
) -> None:
    small_house.sweep(MONDAY)
    small_house.change(owed(small_house).ref, to, **fields)
    log(small_house, by="officer")
    assert owed(small_house).state is State.PLANNED


def test_thirty_questions_are_one_batch_and_the_house_is_clear(small_house: SmallHouse, tmp_path: Path) -> None:
    small_house.sweep(MONDAY)
    logged = log(small_house, replace(GIVEN, questions=tuple(QuestionTaken(f"Fråga {n}") for n in range(30))))
    assert len(set(logged.refs)) == 30
    batches = {event.tick_id for ref in logged.refs for event in small_house.events(ref)}
    batches |= {event.tick_id for event in small_house.events(owed(small_house).ref)[-2:]}
    assert len(batches) == 1 and None not in batches
    drain_outbox(small_house.database)
    drain_deliveries(small_house.database, MailTransport(Mailbox(tmp_path), LETTER_SETTINGS))
    with small_house.database.reading() as session:
        assert find_forgotten(session, MONDAY) == []
    url = small_house.database.engine.url.render_as_string(hide_password=False)
    assert check(url, Outside(now=MONDAY)) == []


def test_a_record_is_put_right_by_one_that_replaces_it_once(small_house: SmallHouse) -> None:
    first = log(small_house)
    right = log(small_house, replace(GIVEN, how=ContactWay.PHONE, questions=(), replaces=first.number))
    with pytest.raises(UnknownName):
        log(small_house, replace(GIVEN, questions=(), replaces=first.number))
    with pytest.raises(UnknownName):
        log(small_house, replace(GIVEN, questions=(), replaces=right.number), slug="soderby")


def test_a_contact_whose_day_has_passed_reaches_the_forum(small_house: SmallHouse) -> None:
    log(small_house, replace(GIVEN, next_on=date(2026, 4, 1)))
    ref = owed(small_house).ref
    for day in range(25, 80, 3):
        small_house.sweep(MONDAY + timedelta(days=day))
    rungs = [event.facts["rung"] for event in small_house.events(ref, "case.escalated")]
    assert rungs[:5] == [0, 1, 2, 3, 4]
    assert len(small_house.events(ref, "case.put_on_agenda")) == 1
    assert ref in on_agenda(small_house)
    now = MONDAY + timedelta(days=80)
    log(small_house, replace(GIVEN, on=(now - A_DAY).date(), next_on=date(2026, 9, 1)), at=now)
    assert not owed(small_house).is_overdue(now)
    assert ref not in on_agenda(small_house)


def test_a_contact_of_yesterday_without_questions_plans_the_next_one_for_a_working_day(small_house: SmallHouse) -> None:
    saturday, monday = date(2026, 6, 13), date(2026, 6, 15)
    logged = log(small_house, replace(GIVEN, on=TODAY - A_DAY, next_on=saturday, questions=()))
    assert (logged.refs, logged.next_due_on) == ((), monday)
    assert small_house.database.calendar.day_of(owed(small_house).due_at) == monday
    with small_house.database.reading() as session:
        contact = session.get_one(Contact, logged.number)
    assert (contact.on_day, contact.next_on) == (TODAY - A_DAY, saturday)  # as it was agreed


# --- what the database refuses ---------------------------------------------------------------

COPY = "SELECT {}, unit_id, on_day, how, next_on, {} FROM contact WHERE id = (SELECT min(id) FROM contact)"
COLUMNS = "id, unit_id, on_day, how, next_on, event_id"
FREE_EVENT = "(SELECT max(id) FROM event)"
OF_THE_DESK = (
    "SELECT 4711, (SELECT id FROM unit WHERE slug = 'gata'), on_day, how, next_on, " + FREE_EVENT + " FROM contact"
)
REFUSED = {
    "a contact edited": "UPDATE contact SET how = 'mail'",
    "its own value written again": "UPDATE contact SET how = how",
    "a contact deleted": "DELETE FROM contact",
    "one event twice": f"INSERT INTO contact ({COLUMNS}) {COPY.format(4711, 'event_id')}",
    "with a department": f"INSERT INTO contact ({COLUMNS}) {OF_THE_DESK}",
    "no event": f"INSERT INTO contact ({COLUMNS}) {COPY.format(4711, 'NULL')}",
    "another way": f"INSERT INTO contact ({COLUMNS}) {COPY.format(4711, FREE_EVENT).replace('how', repr('dream'))}",
    "the next on the same day": (
        f"INSERT INTO contact ({COLUMNS}) {COPY.format(4711, FREE_EVENT).replace('next_on', 'on_day')}"
    ),
    "a case of a contact that never was": 'UPDATE "case" SET contact_id = 4711',
}
ON_SQLITE = {
    "replaced by its id": f"INSERT OR REPLACE INTO contact ({COLUMNS}) {COPY.format('id', FREE_EVENT)}",
    "replaced by its event": f"INSERT OR REPLACE INTO contact ({COLUMNS}) {COPY.format(4711, 'event_id')}",
    "updated over another": "UPDATE OR REPLACE contact SET event_id = event_id",
}
ON_POSTGRESQL = {"contacts emptied": "TRUNCATE contact CASCADE"}


def test_a_record_of_a_contact_is_never_changed(small_house: SmallHouse) -> None:
    log(small_house)
    accepted = []
    for name, statement in (REFUSED | (ON_SQLITE if small_house.database.is_sqlite else ON_POSTGRESQL)).items():
        with suppress(DBAPIError), small_house.database.engine.connect() as connection:
            connection.execute(text(statement))
            connection.rollback()
            accepted.append(name)
    assert accepted == []


@pytest.mark.parametrize("name", ["x" * 200, "By\x1elaget"])
def test_a_long_or_odd_name_keeps_nothing_from_being_owed(small_house: SmallHouse, name: str) -> None:
    with small_house.database.transaction() as session:
        unit_named(session, "norrby").name = name
    small_house.sweep(MONDAY)
    assert owed(small_house).title.startswith("Kontakt med ")
