"""While somebody is away their deputy gets what they would, and they get one summary when they are back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from support.houses.letter_town import LetterTown
from support.letters.held_letters import deliveries_to, held_for, let_moment_come, plan_digests, told_of
from support.today import A_DAY, today

from cases.access.actors import A_COMMAND
from cases.administration.leaving.absence import Absence
from cases.administration.staffing import Post, appoint
from cases.checks.forgotten import find_forgotten
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.organisation.people import Person, Role
from cases.organisation.units import unit_named
from cases.refusals import DateOutside, FieldRefusal, NameNeeded, NotAllowed, UnknownName
from cases.states import State
from notifications.audiences.preview import names_told
from notifications.deliveries import Outcome
from notifications.planning.held.absences import end_absence, note_absence
from notifications.preferences import next_in
from workers.jobs.morning_letter import record_morning

NO_DAYS = 0 * A_DAY
OLLE, HANNA, SARA = "olle@kommun.example", "hanna@kommun.example", "sara@kommun.example"


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    return either_town


def away(town, who="olle", deputy="hanna", *, first=NO_DAYS, last=6 * A_DAY, by=None):
    with town.database.transaction() as session:
        person, other = (session.get(Person, town.people[name]) if name else None for name in (who, deputy))
        actor = town.actor(session, by or who)
        absence = Absence(today() + first, today() + last, other)
        return note_absence(session, person, absence, by=actor, at=datetime.now(UTC))


def back(town, who="olle"):
    with town.database.transaction() as session:
        person = session.get(Person, town.people[who])
        return end_absence(session, person, by=town.actor(session, who), at=datetime.now(UTC))


def assign(town, **request):
    ref = town.hand_in(**request)
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OLLE)
    town.plan()
    return ref


def test_the_deputy_gets_it_and_the_one_who_is_away_when_they_are_back(town):
    assert away(town)
    assign(town)
    assert town.told("case.assigned") >= {("hanna", "assigned"), ("olle", "assigned")}
    [held] = deliveries_to(town.database, OLLE)
    with town.database.reading() as session:
        assert (held.held_for, held.next_attempt_at) == ("return", next_in(session, today() + 6 * A_DAY))
    assert [one.held_for for one in deliveries_to(town.database, HANNA)] == [None]


def test_the_summary_is_one_letter_of_all(town):
    away(town)
    first, second = assign(town), assign(town, title="Ett hål")
    town.comment(first, "Grannen ringde.", Visibility.PARTICIPANTS, by="kontakt")
    town.plan()
    events = told_of(town.database, OLLE)
    assert len(events) == 3
    let_moment_come(town.database)
    *held, summary = deliveries_to(town.database, OLLE)
    assert {one.outcome for one in held} == {Outcome.SUPPRESSED}
    assert summary.outcome is Outcome.WAITING
    assert {line["ref"] for line in summary.context["lines"]} == {first, second}
    assert told_of(town.database, OLLE) == events
    with town.database.reading() as session:
        assert [breach for breach in find_forgotten(session, datetime.now(UTC)) if breach.guarantee == "G4"] == []


def test_who_comes_back_earlier_is_told_at_once(town):
    away(town)
    assign(town)
    assert plan_digests(town.database) == 0
    assert back(town)
    assert plan_digests(town.database) == 1
    assign(town, title="Ett hål")
    assert held_for(town.database, OLLE) == []
    assert not back(town)


def test_longer_away_is_told_later(town):
    away(town)
    assign(town)
    away(town, last=20 * A_DAY)
    [held] = deliveries_to(town.database, OLLE)
    with town.database.reading() as session:
        assert held.next_attempt_at == next_in(session, today() + 20 * A_DAY)


def test_an_absence_that_is_yet_to_come_or_over_changes_nothing(town):
    away(town, first=A_DAY)
    assign(town)
    assert town.told("case.assigned") >= {("olle", "assigned")}
    assert ("hanna", "assigned") not in town.told("case.assigned")
    with town.database.transaction() as session:
        olle = session.get(Person, town.people["olle"])
        olle.away_from, olle.away_until = today() - 9 * A_DAY, today() - A_DAY
    assign(town, title="Ett hål")
    assert [one.held_for for one in deliveries_to(town.database, OLLE)] == [None, None]


def test_when_the_deputy_is_away_too_it_goes_to_the_one_themself(town):
    away(town)
    away(town, "hanna", "olle")
    assign(town)
    assert [one.held_for for one in deliveries_to(town.database, OLLE)] == [None]
    assert deliveries_to(town.database, HANNA) == []


def test_a_head_who_is_away_is_stood_in_for_on_the_ladder(town):
    away(town, "hanna", "olle", last=200 * A_DAY)
    assign(town)
    for days in (20, 40):
        town.sweep(datetime.now(UTC) + days * A_DAY)
    assert {one.letter for one in deliveries_to(town.database, HANNA) if one.held_for} == {"overdue"}
    assert "overdue" in {line["letter"] for one in deliveries_to(town.database, OLLE) for line in one.context["lines"]}


def test_what_is_about_no_case_is_for_the_deputy_alone(town):
    with town.database.transaction() as session:
        sara, post = session.get(Person, town.people["sara"]), Post(Role.OFFICER, unit_named(session, "desk"))
        appoint(session, sara, post, by=A_COMMAND, at=datetime.now(UTC))
    away(town, "kontakt", "sara")
    record_morning(town.database)
    town.plan()
    assert town.told("house.morning") == {("sara", "morning")}


def test_the_one_who_stands_in_may_act_and_is_not_told_of_it_themself(town):
    away(town)
    ref = assign(town)
    town.comment(ref, "Jag tar det.", Visibility.PARTICIPANTS, by="hanna")
    town.plan()
    assert town.told("case.commented") >= {("olle", "news")}
    assert ("hanna", "news") not in town.told("case.commented")


def test_the_page_names_the_deputy_alone_as_who_is_told(town):
    away(town)
    ref = town.hand_in()
    town.change(ref, State.ASSIGNED, responsible="gata", officer=OLLE)
    with town.database.reading() as session:
        last = session.scalar(select(func.max(Event.id)).where(Event.type == "case.assigned"))
        names = names_told(session, [last])
    assert "Hanna Chef" in names
    assert "Olle Handläggare" not in names


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"deputy": None}, NameNeeded),
        ({"deputy": "olle"}, FieldRefusal),
        ({"deputy": "sara"}, UnknownName),  # of another department
        ({"last": -A_DAY}, DateOutside),
        ({"first": 3 * A_DAY, "last": A_DAY}, DateOutside),
        ({"last": 900 * A_DAY}, DateOutside),
        ({"by": "sara"}, NotAllowed),
    ],
)
def test_an_absence_needs_days_and_a_colleague(town, given, refusal):
    with pytest.raises(refusal):
        away(town, **given)


def test_an_admin_notes_it_for_who_is_ill(town):
    assert away(town, by="admin")
    assert not away(town, by="admin")
