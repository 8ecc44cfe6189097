"""The doctor warns of what is owed by units in which nobody serves."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update
from support.houses.small_house import MONDAY, SmallHouse

from cases.organisation.people import Membership, Person
from cases.settings import read_settings
from workers.health.doctor import look_over

ALL_SERVE = "ok    whoever owes something has somebody who serves"
WARNING = "warn  nobody serves in units that owe something: "


def said(house: SmallHouse, folder: Path) -> list[str]:
    """Return what the doctor says of those who owe something."""
    settings = read_settings({}, folder=folder)
    found = [str(finding) for finding in look_over(house.database, settings, {})]
    return [line.partition(": `")[0] for line in found if "serves" in line]


def test_the_doctor_warns_when_nobody_serves_where_something_is_owed(small_house: SmallHouse, tmp_path: Path):
    assert said(small_house, tmp_path) == [ALL_SERVE]  # nothing is owed yet
    small_house.sweep(MONDAY)
    assert said(small_house, tmp_path) == [ALL_SERVE]
    is_member = Membership.person_id == small_house.actors["member"].person_id
    with small_house.database.transaction() as session:
        session.execute(update(Membership).where(is_member).values(until=(MONDAY + timedelta(days=1)).date()))
    assert said(small_house, tmp_path) == [f"{WARNING}norrby"]
    neighbour = Person.id == small_house.actors["neighbour"].person_id
    with small_house.database.transaction() as session:
        session.execute(update(Person).where(neighbour).values(active=False))
    assert said(small_house, tmp_path) == [f"{WARNING}norrby, soderby"]
