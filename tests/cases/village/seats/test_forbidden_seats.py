# ruff: noqa: E501 - one forbidden row a line
"""V17: a group has at most its seats in the forum, and nobody sits where another sits. The database itself refuses."""

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.houses.small_house import SmallHouse

SEAT = (
    "INSERT INTO membership (person_id, unit_id, role, since, until, for_unit_id, sector, slot, office)"
    " SELECT p.id, u.id, '{role}', '{since}', {until}, g.id, {sector}, {slot}, {office} FROM person p"
    " JOIN unit u ON u.slug = '{unit}' LEFT JOIN unit g ON g.slug = '{group}' WHERE p.email = '{who}@example.se'"
)
USUAL = {"role": "member", "since": "2026-01-01", "until": "NULL", "sector": "NULL", "slot": 1, "office": "NULL",
         "unit": "forum", "group": "norrby", "who": "member"}  # fmt: skip
BOARD = (
    "INSERT INTO unit (slug, kind, name, active, holds_cases, sector_seats)"
    " VALUES ('rad', 'forum', 'Rådet', true, false, '{\"citizens\": 2}')"
)


def seat(**given: object) -> str:
    """Return the statement that inserts a seat: of norrby in the forum, slot 1, unless `given` says otherwise."""
    return SEAT.format(**{**USUAL, **given})


def run(house: SmallHouse, *statements: str) -> None:
    with house.database.transaction() as session:
        for statement in statements:
            session.execute(text(statement.replace(":", "\\:")))


def refused(house: SmallHouse, says: str, *statements: str) -> None:
    """See that the last of the statements is refused in these words, or by the constraint of this name."""
    *before, last = statements
    with pytest.raises(IntegrityError, match=says), house.database.transaction() as session:
        for statement in before:
            session.execute(text(statement.replace(":", "\\:")))
        session.execute(text(last.replace(":", "\\:")))


SECTOR = {"group": "none", "sector": "'citizens'"}
FORBIDDEN = {
    "a group without a slot": ("a_seat_has_a_slot", seat(slot="NULL")),
    "a slot for nobody": ("a_seat_has_a_slot", seat(group="none")),
    "a sector without a slot": ("a_seat_has_a_slot", seat(**SECTOR | {"slot": "NULL"})),
    "slot 0": ("membership_slot", seat(slot=0)),
    "an unknown sector": ("membership_sector", seat(sector="'farmers'")),
    "an unknown office": ("membership_office", seat(office="'king'")),
    "a head with a seat": ("only_members_sit", seat(role="head")),
    "an officer with an office": ("only_members_sit", seat(role="officer", group="none", slot="NULL", office="'chair'")),
    "an end before the beginning": ("ends_after_it_began", seat(until="'2025-12-31'")),
    "a seat in a group": ("a seat is in a body of kind forum", seat(unit="soderby")),
    "a seat in the council": ("a seat is in a body of kind forum", seat(unit="council")),
    "an office in a group": ("a seat is in a body of kind forum", seat(unit="soderby", group="none", slot="NULL", office="'chair'")),
    "a seat for a department": ("a seat is held for a group", seat(group="gata")),
    "a third seat of a group": ("a group has no more seats", seat(slot=3)),
}  # fmt: skip


def test_v17_a_seat_out_of_place_is_refused(small_house: SmallHouse) -> None:
    for name, (says, statement) in FORBIDDEN.items():
        refused(small_house, says, statement)
        assert name
    run(small_house, seat(slot=2, office="'chair'", sector="'citizens'"), seat(who="neighbour", group="soderby"))


SAME_DAYS = [
    seat(who="neighbour"),
    seat(who="neighbour", since="2027-05-01"),
    seat(who="neighbour", since="2025-01-01", until="'2026-01-02'"),
    seat(who="neighbour", since="2025-01-01"),
    seat(who="neighbour", since="2026-02-01", until="'2026-02-02'"),
    seat(who="neighbour", since="2026-02-01", until="'2026-02-02'", sector="'region'"),
]


def test_v17_no_two_hold_one_seat_on_the_same_day(small_house: SmallHouse) -> None:
    for later in SAME_DAYS:
        refused(small_house, "the seat is held already", seat(), later)
    run(
        small_house,
        seat(until="'2026-04-01'"),
        seat(who="neighbour", since="2026-04-01"),
        seat(who="board_member", since="2025-01-01", until="'2026-01-01'"),
        seat(who="officer", since="2026-02-01", until="'2026-02-01'"),  # never held
        seat(who="officer", slot=2),
    )


CHANGES = {
    "the end is taken away": ("the seat is held already", "UPDATE membership SET until = NULL WHERE slot = 1 AND until IS NOT NULL"),
    "it begins earlier": ("the seat is held already", "UPDATE membership SET since = '2026-03-01' WHERE slot = 1 AND until IS NULL"),
    "another slot": ("the seat is held already", "UPDATE membership SET slot = 1 WHERE slot = 2"),
    "a third slot": ("a group has no more seats", "UPDATE membership SET slot = 3 WHERE slot = 2"),
    "another group": ("the seat is held already", "UPDATE membership SET for_unit_id = (SELECT id FROM unit WHERE slug = 'norrby') WHERE for_unit_id = (SELECT id FROM unit WHERE slug = 'soderby')"),
    "for a board": ("held for a group", "UPDATE membership SET for_unit_id = (SELECT id FROM unit WHERE slug = 'byggnamnd') WHERE slot = 2"),
    "another body": ("body of kind forum", "UPDATE membership SET unit_id = (SELECT id FROM unit WHERE slug = 'council') WHERE slot = 2"),
    "fewer seats than are held": ("a group has more seats", "UPDATE house SET forum_seats = 1"),
    "no seats": ("forum_seats", "UPDATE house SET forum_seats = 0"),
}  # fmt: skip


def test_v17_no_change_by_hand_leads_there_either(small_house: SmallHouse) -> None:
    run(
        small_house,
        seat(until="'2026-04-01'"),
        seat(who="neighbour", since="2026-04-01"),
        seat(who="officer", slot=2),
        seat(who="board_member", group="soderby", since="2026-05-01"),
    )
    for name, (says, change) in CHANGES.items():
        refused(small_house, says, change)
        assert name
    run(
        small_house,
        "UPDATE membership SET until = '2027-01-01' WHERE slot = 2",
        "UPDATE house SET forum_seats = 1",
        "UPDATE membership SET until = '2026-06-01' WHERE slot = 2",  # ended sooner, whatever the house has now
    )


def test_a_body_has_the_seats_that_it_says_of_each_sector(small_house: SmallHouse) -> None:
    rad = {**SECTOR, "unit": "rad"}
    run(small_house, BOARD, seat(**rad), seat(**rad | {"slot": 2, "who": "neighbour"}))
    refused(small_house, "a sector has no more seats", seat(**rad | {"slot": 3, "who": "officer"}))
    refused(small_house, "a sector has no more seats", seat(**rad | {"sector": "'region'", "who": "officer"}))
    refused(small_house, "the seat is held already", seat(**rad | {"who": "officer"}))
    refused(
        small_house, "a sector has more seats", "UPDATE unit SET sector_seats = '{\"citizens\": 1}' WHERE slug = 'rad'"
    )
    refused(small_house, "sector_seats", "UPDATE unit SET sector_seats = '{}' WHERE slug = 'gata'")
    run(small_house, seat(**SECTOR | {"slot": 9, "who": "officer"}))  # the forum says nothing of sectors


def test_v17_of_two_who_give_one_seat_at_once_the_second_waits_and_is_refused(small_house: SmallHouse) -> None:
    """On SQLite one writes at a time; on PostgreSQL the trigger has to look for what the other has just committed."""
    database, refusals = small_house.database, list[str]()

    def give() -> None:
        try:
            run(small_house, seat(who="neighbour"))
        except IntegrityError as error:
            refusals.append(str(error))

    second = threading.Thread(target=give)
    with database.transaction() as session:
        session.execute(text(seat()))
        second.start()
        time.sleep(0.3)
    second.join(20)
    assert len(refusals) == 1
    assert "the seat is held already" in refusals[0]
