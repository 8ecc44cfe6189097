"""Whoever is invited answers by the link in their letter: without a log-in, for that invitation and for no other."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.small_house import SINCE
from support.houses.small_pages import visitor
from support.meetings.meeting_acts import MeetingActs
from support.today import today

from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Membership, Person, Role
from cases.village.forum.convening.answer_links import Invitation, answer_token
from cases.village.forum.convening.inviting import Invitee

NOW = datetime.now(UTC)
COMING = today() + timedelta(days=60)
GUEST, SEAT, INVITED_PERSON = "gast@example.org", "representative@example.se", "member@example.se"


@pytest.fixture
def meetings(sqlite_web) -> MeetingActs:
    meetings = MeetingActs(sqlite_web.house)
    invited = (Invitee(GUEST, "En gäst"), Invitee(INVITED_PERSON))
    assert meetings.call(COMING, "Vårens forum", invited=invited, at=NOW) == 1
    assert meetings.call(COMING, "Ett till", at=NOW) == 2
    return meetings


def link(web, who: str = "representative", meeting: int = 1) -> str:
    person = web.house.actors[who].person_id
    return f"/kallelse/{answer_token(Invitation(meeting, person), web.settings.secret_key)}"


def answers(web, meeting: int = 1) -> dict[str, str | None]:
    shown = web.get(f"/meetings/{meeting}/agenda", by="contact").json
    return {one["email"]: one["answer"] for one in shown["invited"]}


def gone(web, path: str) -> bool:
    """Return whether the link is refused, to be opened and to answer."""
    browser = visitor(web)
    return (browser.get(path).status_code, browser.send(path, answer="no").status_code) == (410, 410)


@pytest.mark.parametrize(("who", "email"), [("representative", SEAT), ("member", INVITED_PERSON)])
def test_people_who_can_log_in_answer_by_their_link_for_that_meeting_alone(sqlite_web, meetings, who, email):
    browser, path = visitor(sqlite_web), link(sqlite_web, who)
    page = browser.read(path)
    assert "Vårens forum" in page and "Kommer du?" in page
    assert answers(sqlite_web)[email] is None, "opening it answers nothing: mail programs open links"
    assert browser.send(path, answer="yes").location == path
    assert answers(sqlite_web) == {GUEST: None, SEAT: None, INVITED_PERSON: None, email: "yes"}
    assert set(answers(sqlite_web, 2).values()) == {None}
    assert "Du har svarat att du kommer." in browser.read(path)


def test_the_page_says_whose_answer_it_is_and_warns_whoever_is_logged_in_as_another(sqlite_web, meetings):
    path = link(sqlite_web, "member")
    assert "Du svarar för: Member" in visitor(sqlite_web).read(path)
    assert "Du svarar för: Member" in visitor(sqlite_web, "member").read(path)
    other = visitor(sqlite_web, "representative").read(path)
    assert "Du är inloggad som Representative. Den här länken svarar för Member." in other
    assert "Svara för dig själv på mötets sida" in other


def test_the_link_logs_nobody_in(sqlite_web, meetings):
    browser, path = visitor(sqlite_web), link(sqlite_web)
    browser.read(path)
    browser.send(path, answer="yes")
    assert browser.get("/konto").status_code in {302, 303, 401}
    assert browser.send("/forum/1/svar", answer="no").status_code != 200
    assert answers(sqlite_web)[SEAT] == "yes"
    assert 'href="/forum/1?logga-in=1"' in browser.get(path).text, "reading asks for the log-in"


def test_a_link_of_somebody_else_another_meeting_or_kind_of_addressee_is_refused(sqlite_web, meetings):
    path = link(sqlite_web)
    number, addressee, signature = path.rpartition("/")[2].split("-")
    other = sqlite_web.house.actors["member"].person_id
    for forged in (
        f"2-{addressee}-{signature}", f"1-p{other}-{signature}", f"1-{addressee.removeprefix('p')}-{signature}",
        f"1-p{addressee}-{signature}", f"{number}-{addressee}", f"1-p-{signature}", f"²-p1-{signature}",
        f"1-p{9**30}-x",
    ):  # fmt: skip
        assert gone(sqlite_web, f"/kallelse/{forged}"), forged
    assert gone(sqlite_web, link(sqlite_web, "neighbour")), "signed for somebody who was never invited"
    assert set(answers(sqlite_web).values()) == {None}


def test_the_link_is_dead_without_a_seat_or_an_invitation_and_for_who_is_switched_off(sqlite_web, meetings):
    seat, guest = link(sqlite_web), link(sqlite_web, "member")
    for statement in (
        update(Membership).where(Membership.person_id == sqlite_web.house.actors["representative"].person_id)
        .values(until=COMING),
        update(Person).where(Person.email == INVITED_PERSON).values(active=False),
    ):  # fmt: skip
        with sqlite_web.database.transaction() as session:
            session.execute(statement)
    assert gone(sqlite_web, seat) and gone(sqlite_web, guest)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Person).values(active=True))
    visitor(sqlite_web, "contact").send("/forum/1/inbjudna/ta-bort", email=INVITED_PERSON)
    assert gone(sqlite_web, guest)


def test_after_the_meeting_the_link_shows_it_and_takes_no_answer(sqlite_web, meetings):
    path = link(sqlite_web)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Meeting).where(Meeting.id == 1).values(held_on=today()))
    assert "Kommer du?" in visitor(sqlite_web).read(path)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Meeting).where(Meeting.id == 1).values(held_on=today() - timedelta(days=1)))
    page = visitor(sqlite_web).read(path)
    assert "Mötesdagen är förbi." in page and "Kommer du?" not in page
    assert visitor(sqlite_web).send(path, answer="yes").status_code == 409
    assert answers(sqlite_web)[SEAT] is None


def test_who_came_to_sit_in_the_body_since_answers_by_the_link_too(sqlite_web, meetings):
    with sqlite_web.database.transaction() as session:
        person = sqlite_web.house.actors["neighbour"].person_id
        session.add(
            Membership(person_id=person, unit_id=sqlite_web.house.unit_id("forum"), role=Role.MEMBER, since=SINCE)
        )
    path = link(sqlite_web, "neighbour")
    visitor(sqlite_web).read(path)
    with sqlite_web.database.reading() as session:
        mine = select(Invited.id).where(Invited.person_id == person)
        assert session.scalars(mine).all() == [], "opening it writes nothing"
    assert visitor(sqlite_web).send(path, answer="maybe").location == path
    assert answers(sqlite_web)["neighbour@example.se"] == "maybe"


def test_nothing_but_the_key_of_the_house_opens_it(sqlite_web, meetings):
    person = sqlite_web.house.actors["representative"].person_id
    assert gone(sqlite_web, f"/kallelse/{answer_token(Invitation(1, person), 'another key')}")
