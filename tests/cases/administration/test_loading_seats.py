"""A setup file gives seats in the forum and in an advisory board; loaded again it changes only what differs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_COMMAND, A_VISITOR
from cases.administration.loading import load_setup_file
from cases.administration.reorganising import dissolve_unit
from cases.administration.setup_file import BadSetupFile
from cases.database.transactions import Database
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.organisation.units import unit_named
from cases.village.seats.giving import body_named
from cases.village.seats.reading import SeatShown, SeatsShown, seats_shown

UNITS = """
[house]
forum_seats = 1

[[units]]
slug = "forum"
kind = "forum"
name = "Forum"

[[units]]
slug = "norrby"
kind = "group"
name = "Norrby"

[[units]]
slug = "rad"
kind = "forum"
name = "Rådet"
seats = { municipality = 1, citizens = 2 }
"""
A_PERSON = '[[people]]\nemail = "{who}@example.se"\nname = "{who}"\nroles = [{roles}]\n'
CHAIR = '{ role = "member", unit = "forum", for = "norrby", office = "chair", sector = "citizens" }'
MEMBER = '{ role = "member", unit = "norrby" }'
TODAY = A_TUESDAY.date()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = a_house(tmp_path)
    yield made
    made.close()


def load(database: Database, units: str = UNITS, **roles: str) -> list[str]:
    people = "".join(A_PERSON.format(who=who, roles=given) for who, given in roles.items())
    with database.transaction() as session:
        return load_setup_file(session, units + people, at=A_TUESDAY)


def refused(database: Database, units: str = UNITS, **roles: str) -> str:
    with pytest.raises(BadSetupFile) as bad:
        load(database, units, **roles)
    return "; ".join(map(str, bad.value.errors))


def shown(database: Database, slug: str = "forum", day: date = TODAY) -> SeatsShown:
    with database.reading() as session:
        return seats_shown(session, body_named(session, slug), by=A_COMMAND, day=day)


def told(seat: SeatShown) -> tuple[object, ...]:
    return (seat.name, seat.group or seat.sector, seat.slot, seat.office, seat.since, seat.until)


def test_seats_are_put_in_place_and_a_second_load_changes_nothing(database: Database) -> None:
    dated = CHAIR.replace(" }", ", since = 2025-04-15, until = 2027-04-15 }")
    board = '{ role = "member", unit = "rad", sector = "citizens" }'
    secretary = '{ role = "member", unit = "rad", office = "secretary" }'
    files = {"a": f"{MEMBER}, {dated}", "b": board, "c": board, "d": secretary}
    load(database, **files)
    assert [told(seat) for seat in shown(database).held] == [
        ("a", "norrby", 1, "chair", date(2025, 4, 15), date(2027, 4, 15))
    ]
    assert {told(seat)[:4] for seat in shown(database, "rad").held} == {
        ("b", "citizens", 1, None), ("c", "citizens", 2, None), ("d", None, None, "secretary"),
    }  # fmt: skip
    assert [(seat.sector, seat.slot) for seat in shown(database, "rad").empty] == [("municipality", 1)]
    with database.reading() as session:
        assert municipality(session).forum_seats == 1
    assert load(database, **files) == []


def test_a_representative_changes_and_the_old_one_keeps_what_they_were(database: Database) -> None:
    load(database, a=CHAIR, b=MEMBER)
    changed = load(
        database,
        a=CHAIR.replace(" }", ", until = 2026-10-15 }"),
        b=f"{MEMBER}, " + CHAIR.replace(" }", ", since = 2026-10-15 }"),
    )
    assert changed == ["person a@example.se: seat in forum until 2026-10-15", "person b@example.se: seat in forum"]
    page = shown(database)
    assert [told(seat) for seat in page.held] == [("a", "norrby", 1, "chair", TODAY, date(2026, 10, 15))]
    assert [told(seat) for seat in page.coming] == [("b", "norrby", 1, "chair", date(2026, 10, 15), None)]


def test_one_file_may_take_a_seat_from_somebody_and_give_it_to_one_who_stands_before_them(database: Database) -> None:
    load(database, a=MEMBER, b=CHAIR)
    changed = load(database, a=CHAIR, b=MEMBER)
    assert changed[-1] == "person a@example.se: seat in forum"
    assert "person b@example.se: no longer a seat" in changed
    assert [seat.name for seat in shown(database).held] == ["a"]


def test_a_member_of_before_gets_a_seat_and_an_office_is_changed(database: Database) -> None:
    load(database, a='{ role = "member", unit = "forum" }')
    assert [told(seat)[:4] for seat in shown(database).held] == [("a", None, None, None)]
    load(database, a=CHAIR)
    assert [told(seat)[:4] for seat in shown(database).held] == [("a", "norrby", 1, "chair")]
    assert load(database, a=CHAIR.replace("chair", "member")) == ["person a@example.se: seat in forum, changed"]
    assert load(database, a='{ role = "member", unit = "forum" }')
    assert [told(seat)[:4] for seat in shown(database).held] == [("a", None, None, None)]


def test_overlapping_days_are_refused_in_one_sentence_with_their_place(database: Database) -> None:
    until, since = (CHAIR.replace(" }", f", {key} = 2026-10-15 }}") for key in ("until", "since"))
    clash = '[[people]] "b@example.se", roles: Norrby has 1 seats there, and none is free on all of these days'
    assert refused(database, a=until, b=CHAIR) == clash
    assert refused(database, a=until, b=since.replace("10-15", "10-14")) == clash
    load(database, a=until, b=since)
    twice = f"{CHAIR}, {{ role = 'member', unit = 'forum', sector = 'citizens' }}"
    assert "has another seat there" in refused(database, b="", a=twice)


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ('{ role = "head", unit = "forum", for = "norrby" }', "only the role member is for a group or a sector"),
        ('{ role = "member", unit = "norrby", since = 2026-01-01 }', "only a role for a group or a sector, or with"),
        ('{ role = "member", unit = "forum", for = "ingen" }', "there is no 'ingen' among the units"),
        ('{ role = "member", unit = "forum", for = "rad" }', "rad is not of the kind that a seat needs"),
        ('{ role = "member", unit = "norrby", for = "norrby" }', "norrby is not of the kind that a seat needs"),
        ('{ role = "member", unit = "forum", sector = "farmers" }', "sector: must be one of municipality, region"),
        ('{ role = "member", unit = "forum", office = "king" }', "office: must be one of chair, secretary"),
        ('{ role = "member", unit = "forum", seat = 1 }', "it knows role, unit, for, sector, office, since, until"),
        (CHAIR.replace(" }", ", since = 2026-05-01, until = 2026-05-01 }"), "until: must be later than since"),
        ('{ role = "member", unit = "rad", sector = "region" }', "region has 0 seats there"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(database: Database, role: str, says: str) -> None:
    wrong = refused(database, a=role)
    assert says in wrong
    assert "[[people]]" in wrong


def test_fewer_seats_than_are_held_are_refused_unless_the_file_ends_them_first(database: Database) -> None:
    two = UNITS.replace("forum_seats = 1", "forum_seats = 2")
    load(database, two, a=CHAIR, b=CHAIR)
    assert refused(database, a=CHAIR, b=CHAIR) == "[house], forum_seats: more seats are held than there would be"
    assert load(database, a=CHAIR, b=MEMBER)[-1] == "house forum_seats: changed"
    board = '{ role = "member", unit = "rad", sector = "citizens" }'
    load(database, c=board, d=board)
    fewer = UNITS.replace("citizens = 2", "citizens = 1")
    assert refused(database, fewer) == '[[units]] "rad", seats: more seats are held than there would be'
    for wrong in ("{ farmers = 1 }", "{ citizens = -1 }", "{ citizens = true }", "17"):
        units = UNITS.replace("{ municipality = 1, citizens = 2 }", wrong)
        assert "must be a table of seats by sector" in refused(database, units)
    of_a_group = UNITS.replace('kind = "group"', 'kind = "group"\nseats = {}')
    assert "only a unit of the kind forum" in refused(database, of_a_group)


def test_a_seat_of_a_group_that_is_dissolved_is_left_alone(database: Database) -> None:
    load(database, a=CHAIR)
    with database.transaction() as session:
        dissolve_unit(session, unit_named(session, "norrby"), "desk", by=A_COMMAND, at=A_TUESDAY)
    known = UNITS.replace('slug = "norrby"', 'slug = "soderby"').replace('name = "Norrby"', 'name = "Söderby"')
    assert load(database, known, b=CHAIR.replace("norrby", "soderby"))
    assert {seat.group for seat in shown(database).held} == {"soderby"}
    with database.reading() as session:
        assert session.scalar(select(Person.active).where(Person.email == "a@example.se"))
        assert seats_shown(session, body_named(session, "forum"), by=A_VISITOR, day=TODAY).may_give is False
