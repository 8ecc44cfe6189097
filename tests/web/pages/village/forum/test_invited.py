"""Invitations: answered on the page or by a guest's link, noted after a telephone call, and sent to more people."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR, SINCE
from support.houses.small_pages import form_as_sent, visitor, words
from support.meetings.meeting_acts import MeetingActs

from cases.meetings.invited import InvitationAnswer, Invited
from cases.organisation.people import Membership, Role
from cases.parties import Party
from cases.village.forum.convening.answer_links import Invitation, answer_token
from cases.village.forum.convening.inviting import Invitee

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)
GUEST, SEAT = "gast@example.org", "representative@example.se"
INVITED = "/forum/1/inbjudna"
ANSWER = "/forum/1/svar"


@pytest.fixture
def meetings(sqlite_web) -> MeetingActs:
    meetings = MeetingActs(sqlite_web.house)
    assert meetings.call(COMING, "Vårens forum", invited=(Invitee(GUEST, "En gäst"),), at=NOW) == 1
    return meetings


def answers(web) -> dict[str, str | None]:
    shown = web.get("/meetings/1/agenda", by="contact").json
    return {one["email"]: one["answer"] for one in shown["invited"]}


def link_of_guest(web, key: str | None = None) -> str:
    with web.database.reading() as session:
        party = session.scalars(select(Invited.party_id).where(Invited.guest)).one()
    return f"/kallelse/{answer_token(Invitation(1, party=party), key or web.settings.secret_key)}"


def test_whoever_is_invited_answers_on_the_page_and_may_change_it(sqlite_web, meetings):
    seat = visitor(sqlite_web, "representative")
    assert "Du är inbjuden Vårens forum" in seat.read("/forum")
    assert "Kommer du? Du har inte svarat än." in seat.read("/forum/1")
    for answer in ("yes", "no"):
        assert seat.send(ANSWER, answer=answer).location == "/forum/1"
        assert answers(sqlite_web)[SEAT] == answer
    assert "Du har svarat att du inte kommer." in seat.read("/forum/1")
    assert "Du har svarat att du inte kommer." in seat.read("/forum")
    assert "0 kommer, 1 kommer inte, 1 har inte svarat" in visitor(sqlite_web, "contact").read("/forum/1")
    assert "har inte svarat" not in seat.read("/forum/1"), "others' answers are for staff"


def test_who_is_not_invited_is_not_asked_and_cannot_answer(sqlite_web, meetings):
    for who in (None, "neighbour", "contact"):
        assert "Kommer du?" not in visitor(sqlite_web, who).read("/forum/1"), who
    assert visitor(sqlite_web, "neighbour").send(ANSWER, answer="yes").status_code == 403
    assert visitor(sqlite_web, "representative").send(ANSWER, answer="perhaps").status_code == 422


def test_a_guest_answers_by_the_link_in_their_letter_without_a_log_in(sqlite_web, meetings):
    guest, path = visitor(sqlite_web), link_of_guest(sqlite_web)
    assert "Vårens forum" in guest.read(path)
    assert answers(sqlite_web)[GUEST] is None, "opening it answers nothing: mail programs open links"
    assert guest.send(path, answer="maybe").location == path
    assert answers(sqlite_web)[GUEST] == "maybe"
    assert "Du har svarat att du kanske kommer." in guest.read(path)
    assert guest.send(path, answer="perhaps").status_code == 422
    forged = (path[:-1] + ("0" if path[-1] != "0" else "1"), link_of_guest(sqlite_web, "another key"), "/kallelse/1-1-")
    for wrong in forged:
        assert (guest.get(wrong).status_code, guest.send(wrong, answer="no").status_code) == (410, 410), wrong


def test_a_meeting_that_is_cancelled_or_closed_takes_no_answers(sqlite_web, meetings):
    path = link_of_guest(sqlite_web)
    sqlite_web.post("/meetings/1/cancellation", {"why": "För få"}, by="contact")
    assert "Mötet är inställt." in visitor(sqlite_web).read(path)
    assert "Kommer du?" not in visitor(sqlite_web, "representative").read("/forum/1")
    assert visitor(sqlite_web).send(path, answer="yes").status_code == 409
    assert visitor(sqlite_web, "representative").send(ANSWER, answer="yes").status_code == 409


def test_the_contact_person_notes_what_was_told_by_telephone(sqlite_web, meetings):
    contact = visitor(sqlite_web, "contact")
    page = contact.get(INVITED).text
    form = form_as_sent(page, f"{INVITED}/svar")
    row = next(name for name, value in form.items() if value == GUEST).removeprefix("email-")
    assert contact.send(f"{INVITED}/svar", **form | {f"answer-{row}": "yes"}).location == INVITED
    assert answers(sqlite_web) == {GUEST: "yes", SEAT: None}
    again = form_as_sent(contact.get(INVITED).text, f"{INVITED}/svar")
    assert again[f"answer-{row}"] == "yes"
    assert contact.send(f"{INVITED}/svar", **again | {f"answer-{row}": "perhaps"}).status_code == 422


def test_more_are_invited_and_a_guest_is_taken_off(sqlite_web, meetings):
    contact = visitor(sqlite_web, "contact")
    form = form_as_sent(contact.get(INVITED).text, INVITED)
    given = form | {"guests": f"ny@example.org, member@example.se\n{GUEST.upper()}"}
    assert contact.send(INVITED, **given).location == INVITED
    assert "2 till är inbjudna och får ett mejl." in contact.read(INVITED)
    assert contact.send(INVITED, **given).location == INVITED, "sent twice, it invites once"
    assert set(answers(sqlite_web)) == {GUEST, SEAT, "ny@example.org", "member@example.se"}
    path = link_of_guest_named(sqlite_web, "ny@example.org")
    assert contact.send(f"{INVITED}/ta-bort", email="ny@example.org").location == INVITED
    assert "ny@example.org" not in answers(sqlite_web)
    assert visitor(sqlite_web).get(path).status_code == 410, "the link is dead"
    for email in (SEAT, "ingen@example.org"):
        assert contact.send(f"{INVITED}/ta-bort", email=email).status_code == 422, email


def link_of_guest_named(web, email: str) -> str:
    with web.database.reading() as session:
        found = select(Invited.party_id).join(Party, Party.id == Invited.party_id).where(Party.email == email)
        return f"/kallelse/{answer_token(Invitation(1, party=session.scalars(found).one()), web.settings.secret_key)}"


def test_each_address_that_is_none_is_named_and_nothing_is_lost(sqlite_web, meetings):
    typed = "ny@example.org\ningen\nannan"
    for path, more in ((INVITED, {}), ("/forum", {"held_on": "", "name": ""})):
        answer = visitor(sqlite_web, "contact").send(path, guests=typed, **more)
        said = words(answer.text)
        assert (answer.status_code, "ingen: " in said, "annan: " in said) == (422, True, True), said
        assert form_as_sent(answer.text, path)["guests"] == typed
        assert all(f'href="#{field}"' in answer.text for field in more), "all that is wrong is said at once"
    assert set(answers(sqlite_web)) == {GUEST, SEAT}


def test_a_member_of_a_village_sees_on_its_page_that_they_are_invited(sqlite_web, meetings):
    with sqlite_web.database.transaction() as session:
        unit, person = sqlite_web.house.unit_id("norrby"), sqlite_web.house.actors["representative"].person_id
        session.add(Membership(person_id=person, unit_id=unit, role=Role.MEMBER, since=SINCE))
    page = visitor(sqlite_web, "representative").read("/bygd/norrby")
    assert "Du är inbjuden Vårens forum" in page and "Kommer du?" in page
    for who in (None, "member", "contact"):
        assert "Du är inbjuden" not in visitor(sqlite_web, who).read("/bygd/norrby"), who


def test_only_who_may_call_a_meeting_reads_who_is_invited(sqlite_web, meetings):
    for who, status in (("officer", 403), ("member", 403), ("representative", 403), ("contact", 200), ("admin", 200)):
        browser = visitor(sqlite_web, who)
        assert browser.get(INVITED).status_code == status, who
        for path in (INVITED, f"{INVITED}/svar", f"{INVITED}/ta-bort"):
            assert (browser.send(path).status_code == 403) is (status == 403), (who, path)


def test_the_answers_of_a_meeting_that_moves_to_another_day_are_asked_for_again(sqlite_web, meetings):
    visitor(sqlite_web, "representative").send(ANSWER, answer="yes")
    sqlite_web.call("PATCH", "/meetings/1", json={"where": "Skolan"}, by="contact")
    assert answers(sqlite_web)[SEAT] == InvitationAnswer.YES
    sqlite_web.call("PATCH", "/meetings/1", json={"held_on": (COMING + timedelta(days=1)).isoformat()}, by="contact")
    assert answers(sqlite_web)[SEAT] is None
