"""Following: the address confirms before anything else is sent, and leaves when it likes. And the keys to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.tokens import (
    FOLLOW,
    LOGIN,
    Link,
    link_token,
    make_api_token,
    make_link,
    person_id_for_token,
    use_link,
    valid_link,
)
from cases.case import case_to_change
from cases.following import ask_to_follow, confirm_following, stop_following
from cases.organisation.people import Person
from cases.parties import Follower
from cases.refusals import NotAMailAddress

KEY = "k" * 40
DAY = timedelta(days=1)


def ask(house: SmallHouse, ref: str, email: str = "Eva@Example.se") -> None:
    with house.database.transaction() as session:
        ask_to_follow(session, case_to_change(session, ref), email, "sv", key=KEY, at=MONDAY)


def links(house: SmallHouse) -> list[Link]:
    with house.database.reading() as session:
        return list(session.scalars(select(Link).order_by(Link.id)))


def confirm(house: SmallHouse, link: Link) -> bool:
    with house.database.transaction() as session:
        return confirm_following(session, session.merge(link, load=True), at=MONDAY + DAY) is not None


def follower(house: SmallHouse) -> Follower:
    with house.database.reading() as session:
        return session.scalars(select(Follower)).one()


def test_who_asks_to_follow_follows_once_the_address_has_confirmed_it(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    ask(small_house, ref)
    assert follower(small_house).confirmed_at is None
    assert small_house.events(ref, "case.followed") == []
    assert confirm(small_house, links(small_house)[0])
    assert follower(small_house).confirmed_at == MONDAY + DAY
    assert len(small_house.events(ref, "case.followed")) == 1


def test_a_link_confirms_once(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    ask(small_house, ref)
    assert [confirm(small_house, links(small_house)[0]) for _ in range(2)] == [True, False]


def test_asking_again_tells_nothing_of_who_follows(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    ask(small_house, ref)
    confirm(small_house, links(small_house)[0])
    ask(small_house, ref, "eva@example.se")
    assert len(links(small_house)) == 1
    with small_house.database.transaction() as session:
        stop_following(session, session.scalars(select(Follower)).one(), at=MONDAY + DAY)
        stop_following(session, session.scalars(select(Follower)).one(), at=MONDAY + DAY)
    assert len(small_house.events(ref, "case.unfollowed")) == 1
    ask(small_house, ref)
    assert confirm(small_house, links(small_house)[1])
    assert follower(small_house).ended_at is None


@pytest.mark.parametrize(
    "email", ["", "eva", "eva@", "@x.se", "eva@x", "eva @x.se", "a@b.se,c@d.se", "a@b.se\nBcc: x@y.se"]
)
def test_what_is_no_plain_address_is_refused(small_house: SmallHouse, email: str) -> None:
    ref = small_house.hand_in()
    with pytest.raises(NotAMailAddress):
        ask(small_house, ref, email)


# --- keys -------------------------------------------------------------------------------------------


def test_a_link_opens_one_purpose_once_and_not_for_ever(small_house: SmallHouse) -> None:
    person_id = small_house.actors["officer"].person_id
    with small_house.database.transaction() as session:
        link = make_link(session, LOGIN, key=KEY, at=MONDAY, person_id=person_id)
        token = link_token(link, KEY)
        assert valid_link(session, token, LOGIN, MONDAY + timedelta(minutes=9)) is not None
        assert valid_link(session, token, LOGIN, MONDAY + timedelta(minutes=10)) is None
        assert valid_link(session, token, FOLLOW, MONDAY) is None
        assert valid_link(session, link_token(link, "x" * 40), LOGIN, MONDAY) is None
        assert [use_link(session, link, MONDAY) for _ in range(2)] == [True, False]
        assert valid_link(session, token, LOGIN, MONDAY) is None


def test_no_token_is_stored(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.email == "officer@example.se")).one()
        token = make_api_token(session, person, MONDAY)
        link = make_link(session, LOGIN, key=KEY, at=MONDAY, person_id=person.id)
        opened = link_token(link, KEY)
    with small_house.database.reading() as session:
        kept = str([session.execute(text(f"SELECT * FROM {table}")).all() for table in ("api_token", "link")])
        assert person_id_for_token(session, token, MONDAY) == person.id
        assert person_id_for_token(session, token[:-1], MONDAY) is None
    assert token not in kept
    assert opened not in kept
