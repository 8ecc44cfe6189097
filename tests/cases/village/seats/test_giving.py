"""Seats are given, end and are empty, day by day; a group has as many as the house says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.actors import Actor, actor_for
from cases.administration.reorganising import dissolve_unit, switch_off_unit
from cases.administration.staffing import Post, appoint, posts_of, relieve, switch_off_person
from cases.history.journal import Event
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import Unit, UnitKind, unit_named
from cases.refusals import DateOutside, NoFreeSeat, NotAllowed, NotFound, SeatsStillHeld, SitsAlready, UnknownName
from cases.village.seats.giving import (
    SeatGiven,
    body_named,
    change_seat,
    end_seat,
    give_seat,
    refuse_fewer_seats,
    seat_numbered,
)
from cases.village.seats.reading import SeatsShown, seats_of_group, seats_shown

TODAY, SPRING = MONDAY.date(), date(2026, 4, 15)
A_DAY = timedelta(days=1)


def person(session, who: str) -> Person:
    return session.scalars(select(Person).where(Person.email == f"{who}@example.se")).one()


def give(house: SmallHouse, who: str, *, by: str = "contact", body: str = "forum", **given: object) -> int:
    """Give the person a seat, of the group norrby unless `given` says otherwise; return its number."""
    with house.database.transaction() as session:
        group = given.pop("group", "norrby")
        group = unit_named(session, group) if group else None
        seat = SeatGiven(unit_named(session, body), group, **given)
        return give_seat(session, person(session, who), seat, by=house.actors[by], at=MONDAY).id


def end(house: SmallHouse, number: int, on: date, *, by: str = "contact", body: str = "forum") -> None:
    with house.database.transaction() as session:
        seat = seat_numbered(session, unit_named(session, body), number)
        end_seat(session, seat, on, by=house.actors[by], at=MONDAY)


def shown(house: SmallHouse, day: date = TODAY, *, by: str = "visitor", body: str = "forum") -> SeatsShown:
    with house.database.reading() as session:
        return seats_shown(session, body_named(session, body), by=house.actors[by], day=day)


def actor(house: SmallHouse, who: str, day: date) -> Actor:
    with house.database.reading() as session:
        found = actor_for(session, house.actors[who].person_id or 0, on=day)
    assert found is not None
    return found


def test_a_representative_changes_in_spring(small_house: SmallHouse) -> None:
    old = give(small_house, "member", office=Office.CHAIR, since=date(2025, 4, 15))
    end(small_house, old, SPRING)
    new = give(small_house, "neighbour", since=SPRING)
    forum = small_house.unit_id("forum")
    for who, held in (("member", (True, False)), ("neighbour", (False, True))):
        days = (SPRING - A_DAY, SPRING)
        assert tuple(forum in actor(small_house, who, day).seats for day in days) == held, who
    before, after = shown(small_house, SPRING - A_DAY, by="contact"), shown(small_house, SPRING, by="contact")
    assert [(one.number, one.name) for one in before.held if one.slot] == [(old, "Member")]
    assert [one.number for one in before.coming] == [new]
    assert [(one.number, one.slot, one.name) for one in after.held if one.slot] == [(new, 1, "Neighbour")]
    assert [(one.number, one.until) for one in after.former] == [(old, SPRING)]


def test_v17_a_group_gets_no_third_seat_on_any_day(small_house: SmallHouse) -> None:
    give(small_house, "member")
    give(small_house, "neighbour", since=SPRING)
    for since, until in ((None, None), (SPRING, None), (date(2026, 4, 1), date(2026, 4, 16))):
        with pytest.raises(NoFreeSeat) as refused:
            give(small_house, "officer", since=since, until=until)
        assert (refused.value.field, refused.value.name, refused.value.count) == ("group", "Norrby", 2)
    give(small_house, "officer", until=SPRING)
    give(small_house, "officer", group="soderby", since=SPRING)
    with small_house.database.transaction() as session:
        municipality(session).forum_seats = 3
    give(small_house, "colleague", since=SPRING)


def test_nobody_has_two_seats_in_one_body_on_a_day(small_house: SmallHouse) -> None:
    first = give(small_house, "member", until=SPRING)
    with pytest.raises(SitsAlready, match="Member"):
        give(small_house, "member", group="soderby", since=SPRING - A_DAY)
    give(small_house, "member", group="soderby", since=SPRING)
    with pytest.raises(DateOutside):
        end(small_house, first, SPRING + A_DAY)
    end(small_house, first, TODAY)
    with pytest.raises(DateOutside):
        end(small_house, first, TODAY + A_DAY)


@pytest.mark.parametrize(
    ("who", "given", "refusal"),
    [
        ("member", {"until": TODAY}, DateOutside),
        ("member", {"since": SPRING, "until": SPRING}, DateOutside),
        ("member", {"group": "gata"}, UnknownName),
        ("member", {"body": "soderby"}, UnknownName),
        ("member", {"by": "officer"}, NotAllowed),
        ("member", {"by": "member"}, NotAllowed),
        ("member", {"by": "representative"}, NotAllowed),
    ],
)
def test_what_does_not_fit_is_refused(small_house: SmallHouse, who: str, given: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        give(small_house, who, **given)


def test_who_was_a_member_without_a_seat_has_the_seat_in_place_of_that(small_house: SmallHouse) -> None:
    """Houses of before have members of the forum; each gets the seat that they have had all along."""
    number = give(small_house, "representative", by="admin")
    with small_house.database.reading() as session:
        rows = session.execute(
            select(Membership.id, Membership.until).where(Membership.person_id == person(session, "representative").id)
        ).all()
    assert [until for _, until in rows] == [TODAY, None]
    assert actor(small_house, "representative", TODAY).seats == {small_house.unit_id("forum")}
    assert [seat.number for seat in shown(small_house).held] == [number]


def test_a_seat_that_has_not_begun_can_be_taken_back_and_is_as_if_never(small_house: SmallHouse) -> None:
    number = give(small_house, "member", since=SPRING)
    end(small_house, number, SPRING, by="admin")
    page = shown(small_house, SPRING)
    assert number not in {seat.number for seat in (*page.held, *page.coming, *page.former)}
    give(small_house, "neighbour", since=SPRING, until=SPRING + A_DAY)


def test_office_and_end_can_change_unless_somebody_else_sits_there_then(small_house: SmallHouse) -> None:
    first = give(small_house, "member", until=SPRING)
    give(small_house, "neighbour", since=SPRING)
    by = small_house.actors["contact"]
    with small_house.database.transaction() as session:
        seat = seat_numbered(session, unit_named(session, "forum"), first)
        with pytest.raises(NoFreeSeat):
            change_seat(session, seat, office=Office.CHAIR, until=None, by=by, at=MONDAY)
        with pytest.raises(DateOutside):
            change_seat(session, seat, office=Office.CHAIR, until=TODAY, by=by, at=MONDAY)
        assert change_seat(session, seat, office=Office.CHAIR, until=SPRING - A_DAY, by=by, at=MONDAY)
        assert not change_seat(session, seat, office=Office.CHAIR, until=SPRING - A_DAY, by=by, at=MONDAY)


def test_what_was_done_with_seats_is_told_by_events_without_names(small_house: SmallHouse) -> None:
    number = give(small_house, "member", office=Office.CHAIR)
    end(small_house, number, SPRING)
    with small_house.database.reading() as session:
        events = session.scalars(select(Event).where(Event.type == "person.changed").order_by(Event.id)).all()
        assert [event.facts["what"] for event in events] == [
            [f"seat:forum:norrby:1 {TODAY}/"],
            [f"-seat:forum:norrby:1 {TODAY}/{SPRING}"],
        ]
        assert {event.person_id for event in events} == {small_house.actors["contact"].person_id}


# --- who leaves, and what is dissolved --------------------------------------------------------


def test_who_is_switched_off_leaves_their_seats_empty_also_those_to_come(small_house: SmallHouse) -> None:
    give(small_house, "member", until=SPRING)
    give(small_house, "member", group="soderby", since=SPRING)
    with small_house.database.transaction() as session:
        switch_off_person(session, person(session, "member"), None, by=small_house.actors["admin"], at=MONDAY)
    for day in (TODAY, SPRING):
        assert [seat for seat in shown(small_house, day).held if seat.slot] == []
    give(small_house, "neighbour")


@pytest.mark.parametrize("into", [None, "gata"])
def test_a_group_that_is_dissolved_ends_its_seats_and_those_to_come(small_house: SmallHouse, into: str | None) -> None:
    give(small_house, "member", until=SPRING)
    give(small_house, "neighbour", since=SPRING)
    give(small_house, "officer", group="soderby")
    by = small_house.actors["admin"]
    with small_house.database.transaction() as session:
        unit = unit_named(session, "norrby")
        if into:
            dissolve_unit(session, unit, into, by=by, at=MONDAY)
        else:
            switch_off_unit(session, unit, by=by, at=MONDAY)
    for day in (TODAY, SPRING, SPRING + A_DAY):
        page = shown(small_house, day)
        assert [seat.group for seat in (*page.held, *page.coming) if seat.slot] == ["soderby"]
        assert {seat.group for seat in page.empty} == {"soderby"}
    with pytest.raises(UnknownName):
        give(small_house, "colleague")


# --- an advisory board of seventeen -------------------------------------------------------------

SEVENTEEN = {"municipality": 3, "region": 2, "business": 4, "associations": 4, "citizens": 4}


def advisory(house: SmallHouse) -> None:
    with house.database.transaction() as session:
        session.add(Unit(slug="rad", kind=UnitKind.FORUM, name="Rådet", sector_seats=SEVENTEEN))
        session.flush()
        session.add_all(Person(email=f"sits{number}@example.se", name=f"Sits {number}") for number in range(18))


def test_an_advisory_board_has_seventeen_seats_in_five_sectors(small_house: SmallHouse) -> None:
    advisory(small_house)
    wanted = [Sector(sector) for sector, seats in SEVENTEEN.items() for _ in range(seats)]
    for number, sector in enumerate(wanted):
        give(small_house, f"sits{number}", body="rad", group=None, sector=sector)
    page = shown(small_house, body="rad")
    assert len(page.held) == 17
    assert len({(seat.sector, seat.slot) for seat in page.held}) == 17
    assert page.empty == ()
    with pytest.raises(NoFreeSeat) as refused:
        give(small_house, "sits17", body="rad", group=None, sector=Sector.REGION)
    assert (refused.value.field, refused.value.name) == ("sector", "region")
    give(small_house, "sits17", body="rad", group=None, office=Office.SECRETARY)  # beside the seats
    end(small_house, page.held[0].number, SPRING, body="rad")
    [empty] = shown(small_house, SPRING, body="rad").empty
    assert (empty.sector, empty.slot, empty.group) == (page.held[0].sector, page.held[0].slot, None)


def test_a_board_cannot_have_fewer_seats_than_are_held(small_house: SmallHouse) -> None:
    advisory(small_house)
    give(small_house, "sits0", body="rad", group=None, sector=Sector.REGION)
    give(small_house, "sits1", body="rad", group=None, sector=Sector.REGION)
    give(small_house, "member")
    give(small_house, "neighbour", until=SPRING)
    with small_house.database.reading() as session:
        body = unit_named(session, "rad")
        for fewer in ({**SEVENTEEN, "region": 1}, {"citizens": 17}):
            with pytest.raises(SeatsStillHeld):
                refuse_fewer_seats(session, body, fewer)
        refuse_fewer_seats(session, body, {"region": 2})
        refuse_fewer_seats(session, None, 1)  # the second seat ends by itself


# --- who may know what ----------------------------------------------------------------------------


def test_names_are_for_staff_those_who_sit_there_and_the_group(small_house: SmallHouse) -> None:
    give(small_house, "colleague")
    names = {
        who: [seat.name for seat in shown(small_house, by=who).held if seat.slot]
        for who in ("visitor", "board_member", "neighbour", "member", "representative", "officer", "contact", "admin")
    }
    hidden = {"visitor", "board_member", "neighbour"}
    assert names == {who: [None if who in hidden else "Colleague"] for who in names}
    assert {who for who in names if shown(small_house, by=who).may_give} == {"contact", "admin"}
    with small_house.database.reading() as session:
        group = unit_named(session, "norrby")
        [seat] = seats_of_group(session, group, by=small_house.actors["visitor"], day=TODAY)
    assert (seat.body, seat.slot, seat.name) == ("forum", 1, None)


def test_only_a_body_of_kind_forum_has_seats(small_house: SmallHouse) -> None:
    with small_house.database.reading() as session:
        for slug in ("gata", "council", "norrby", "ingen"):
            with pytest.raises(NotFound):
                body_named(session, slug)
        with pytest.raises(NotFound):
            seat_numbered(session, body_named(session, "forum"), 1)


def test_posts_and_seats_are_apart(small_house: SmallHouse) -> None:
    give(small_house, "member")
    by = small_house.actors["admin"]
    with small_house.database.transaction() as session:
        post, who = Post(Role.MEMBER, unit_named(session, "forum")), person(session, "member")
        assert post not in posts_of(session, who, TODAY)
        assert not appoint(session, who, post, by=by, at=MONDAY), "a seat is more than that"
        assert not relieve(session, who, post, by=by, at=MONDAY)
    assert actor(small_house, "member", TODAY).seats == {small_house.unit_id("forum")}
