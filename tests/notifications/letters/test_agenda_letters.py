"""The letter with an agenda lists its points as the reader may read them, and asks whoever has not answered."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from support.houses.small_house import MONDAY, SINCE, SmallHouse
from support.meetings.meeting_acts import SPRING, MeetingActs
from support.meetings.meeting_letters import planned, told, written

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.meetings.agenda_items import choose_for_agenda
from cases.meetings.invited import InvitationAnswer, Invited
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import Unit
from cases.parties import Party
from cases.states import State
from cases.village.forum.convening.answering import answer_invitation
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from notifications.deliveries import Delivery
from notifications.planning.rendering_anew import render_anew
from notifications.reporters import set_protection

GUEST, SEAT, NEIGHBOUR = "gast@example.org", "representative@example.se", "neighbour@example.se"
HIDDEN = Reporter("Siv Skyddad", "siv@hemma.example")


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def flat(letters, to: str) -> str:
    return " ".join(letters[to][1].text.split())


def publish(meetings: MeetingActs, ref: str) -> None:
    with meetings.house.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(published=True), by=meetings.house.actors["contact"], at=MONDAY)


def test_each_point_is_listed_as_its_reader_may_read_it(meetings: MeetingActs) -> None:
    number = meetings.call(invited=(Invitee(GUEST), Invitee(NEIGHBOUR)), starts_at=MONDAY.replace(month=4, day=16))
    hidden = meetings.waiting("Cykelväg, ring 070-123 45 67")
    theirs = meetings.house.hand_in(by="neighbour", group="soderby", title="Vår brygga")
    shown = meetings.waiting("Ljus vid skolan")
    publish(meetings, shown)
    planned(meetings)
    meetings.put(number, "# Välkomna, skriv till rut@example.se", hidden, theirs, shown)
    meetings.send(number)
    letters = told(meetings)
    begins = "Den har 4 punkter: - Punkt 1: Välkomna, skriv till [e-postadress borttagen] - Punkt 2:"
    assert all(begins in flat(letters, to)
               for to in (SEAT, GUEST, NEIGHBOUR))  # fmt: skip
    unpublished = "Ett ärende som inte är publicerat"
    assert "- Punkt 2: Cykelväg, ring [telefonnummer borttaget] - Punkt 3: Vår brygga - Punkt 4: Ljus" in flat(
        letters, SEAT
    )
    assert f"- Punkt 2: {unpublished} - Punkt 3: {unpublished} - Punkt 4: Ljus vid skolan" in flat(letters, GUEST)
    assert f"- Punkt 2: {unpublished} - Punkt 3: Vår brygga - Punkt 4: Ljus vid skolan" in flat(letters, NEIGHBOUR)
    assert all("16 april 2026 kl. 10.00." in flat(letters, to) for to in (SEAT, GUEST, NEIGHBOUR))
    for to in (SEAT, GUEST):
        assert ">Punkt 4: Ljus vid skolan</li>" in letters[to][1].html


def add_category(meetings: MeetingActs, name: str, name_en: str) -> None:
    with meetings.house.database.transaction() as session:
        session.add(Category(slug="vag", name=name, name_en=name_en))


def test_category_and_place_tell_of_a_case_that_the_reader_may_not_open(meetings: MeetingActs) -> None:
    add_category(meetings, "Vägar", "Roads")
    number = meetings.call(invited=(Invitee(GUEST),))
    meetings.put(number, meetings.house.reach(State.ASSIGNED, category="vag"))
    meetings.send(number)
    ids, expected = planned(meetings), {"sv": "som inte är publicerat (Vägar)", "en": "that is not published (Roads)"}
    for locale, said in expected.items():
        letters = [letter.text for _, letter in written(meetings, ids, locale) if letter.to_email == GUEST]
        assert said in " ".join(letters[-1].split())


def test_of_a_long_agenda_thirty_points_are_listed(meetings: MeetingActs) -> None:
    number = meetings.call()
    planned(meetings)
    meetings.put(number, *(f"# Ämne {one}" for one in range(1, 81)))
    meetings.send(number)
    said = flat(told(meetings), SEAT)
    assert (
        "Den har 80 punkter: - Punkt 1: Ämne 1 " in said
        and "- Punkt 30: Ämne 30 … och 50 till. Hela dagordningen" in said
    )
    assert "Ämne 31" not in said


def test_an_agenda_without_points_says_so(meetings: MeetingActs) -> None:
    number = meetings.call()
    planned(meetings)
    meetings.send(number)
    assert "Den har inga punkter. Mötet är" in flat(told(meetings), SEAT)


def test_only_whoever_has_not_answered_is_asked(meetings: MeetingActs) -> None:
    number = meetings.call(invited=(Invitee(GUEST),))
    planned(meetings)
    with meetings.house.database.transaction() as session:
        answer_invitation(session, number, InvitationAnswer.NO, by=meetings.house.actors["representative"], at=MONDAY)
    meetings.send(number)
    letters = told(meetings)
    assert "Du har inte svarat än" in flat(letters, GUEST) and f"/kallelse/{number}-" in flat(letters, GUEST)
    assert "inte svarat" not in flat(
        letters, SEAT
    ) and f"Ändra ditt svar: https://arenden.example/kallelse/{number}-p" in flat(letters, SEAT)
    assert f"/forum/{number}?logga-in=1" in flat(letters, SEAT)
    assert f"/forum/{number} " in flat(letters, GUEST), "a guest cannot log in"


def test_nobodys_own_link_goes_to_an_address_that_is_also_a_units_mailbox(meetings: MeetingActs) -> None:
    with meetings.house.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "norrby").values(email=SEAT.upper()))
    number = meetings.call(invited=(Invitee(GUEST),))
    letters = told(meetings)
    assert f"/forum/{number}?logga-in=1" in flat(letters, SEAT) and "/kallelse/" not in flat(letters, SEAT)
    assert "behöver inte logga in" not in flat(letters, SEAT) and "/kallelse/" in flat(letters, GUEST)


def test_whoever_is_not_invited_any_more_gets_no_link_of_their_own(meetings: MeetingActs) -> None:
    meetings.call()
    ids = planned(meetings)
    with meetings.house.database.transaction() as session:
        person = meetings.house.actors["representative"].person_id
        ends = update(Membership).where(Membership.person_id == person).values(until=SPRING)
        session.execute(ends)
    [(_, letter)] = written(meetings, ids)
    assert "/kallelse/" not in letter.text


@pytest.mark.parametrize("locale", ["sv", "en"])
def test_guests_read_whom_to_ring_and_write_to(meetings: MeetingActs, locale: str) -> None:
    with meetings.house.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "desk").values(phone="0300-83 40 00", email="desk@example.se"))
    by = meetings.house.actors["contact"]
    number = meetings.call(invited=(Invitee(GUEST),))
    found = [flat(told(meetings, locale), GUEST)]
    with meetings.house.database.transaction() as session:
        move_meeting(session, number, Rearrangement(where="Skolan"), by=by, at=MONDAY)
    found.append(flat(told(meetings, locale), GUEST))
    meetings.send(number)
    found.append(flat(told(meetings, locale), GUEST))
    with meetings.house.database.transaction() as session:
        cancel_meeting(session, number, "För få kan.", by=by, at=MONDAY)
    found.append(flat(told(meetings, locale), GUEST))
    for said in found:
        assert "0300-83 40 00" in said and "desk@example.se" in said
        assert "administrat" not in said and "logga-in" not in said and "logga in först" not in said


def test_a_move_asks_again_and_a_change_of_place_only_those_who_have_not_answered(meetings: MeetingActs) -> None:
    number, by = meetings.call(), meetings.house.actors["contact"]
    planned(meetings)
    with meetings.house.database.transaction() as session:
        answer_invitation(session, number, InvitationAnswer.YES, by=meetings.house.actors["representative"], at=MONDAY)
        move_meeting(session, number, Rearrangement(where="Skolan"), by=by, at=MONDAY)
    said = flat(told(meetings), SEAT)
    assert "Plats: Skolan." in said and "Ändra ditt svar:" in said and "inte svarat" not in said
    with meetings.house.database.transaction() as session:
        move_meeting(session, number, Rearrangement(held_on=SPRING + timedelta(days=1)), by=by, at=MONDAY)
    assert f"Svara om du kommer: https://arenden.example/kallelse/{number}-p" in flat(told(meetings), SEAT)


def test_nothing_of_a_case_under_protected_identity_stands_in_any_letter(meetings: MeetingActs) -> None:
    with meetings.house.database.transaction() as session:
        person = meetings.house.actors["member"].person_id
        forum = session.scalars(select(Unit.id).where(Unit.slug == "forum")).one()
        session.add(Membership(person_id=person, unit_id=forum, role=Role.MEMBER, since=SINCE))
    number = meetings.call(invited=(Invitee(GUEST), Invitee("officer@example.se")))
    add_category(meetings, "Hemliga vägar", "Hemliga roads")
    ref = meetings.house.reach(State.ASSIGNED, title="Hemliga grinden", reporter=HIDDEN, category="vag")
    other = meetings.house.reach(State.ASSIGNED, title="Hemliga bron", reporter=HIDDEN)
    planned(meetings)
    meetings.put(number, "# Välkomna", ref, other)
    with meetings.house.database.transaction() as session:
        by = meetings.house.actors["contact"]
        set_protection(session, case_to_change(session, other), True, "Hen sade det.", by=by, at=MONDAY)
    meetings.send(number)
    ids = planned(meetings)
    with meetings.house.database.transaction() as session:
        reporter = select(Case.reporter_id).where(Case.ref == ref).scalar_subquery()
        session.execute(update(Party).where(Party.id == reporter).values(protected=True))
    letters = written(meetings, ids)
    assert {letter.to_email for name, letter in letters if name == "agenda"} >= {
        GUEST, SEAT, "member@example.se", "officer@example.se"
    }  # fmt: skip
    for name, letter in letters:
        of_case = ("grinden", "bron", *(("vägar",) if name == "agenda" else ()))
        assert not [word for word in of_case if word in letter.text + letter.subject + letter.html], letter.to_email
        assert "Siv" not in letter.text, (name, letter.to_email)


def test_a_letter_that_waits_is_written_again_when_a_case_on_its_agenda_gets_protection(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.house.reach(State.ASSIGNED, reporter=HIDDEN)
    planned(meetings)
    meetings.put(number, ref)
    meetings.send(number)
    planned(meetings)
    with meetings.house.database.transaction() as session:
        waits = update(Delivery).where(Delivery.letter == "agenda")
        session.execute(waits.values(message=b"with the title", message_sha256="ab" * 32))
        render_anew(session, session.scalars(select(Case).where(Case.ref == ref)).one())
        assert session.scalars(select(Delivery.message).where(Delivery.letter == "agenda")).all() == [None]


def test_what_a_person_chose_and_what_a_draft_put_there_lead_to_the_meeting(meetings: MeetingActs) -> None:
    number, (chosen, drafted) = meetings.call(), [meetings.house.reach(State.ASSIGNED) for _ in range(2)]
    planned(meetings)
    meetings.put(number, drafted)
    assert planned(meetings) == [], "nobody is told of a draft"
    meetings.send(number)
    letters = told(meetings)
    name, letter = letters["officer@example.se"]
    assert name == "on_agenda" and f"/forum/{number}?logga-in=1" in letter.text and letters[SEAT][0] == "agenda"
    with meetings.house.database.transaction() as session:
        facts = meetings.house.events(drafted, "case.put_on_agenda")[0].facts
        choose_for_agenda(session, case_to_change(session, chosen), by=meetings.house.actors["contact"], at=MONDAY)
    assert facts["meeting"] == meetings.house.events(chosen, "case.put_on_agenda")[0].facts["meeting"] == number


def test_the_agenda_of_another_body_is_named(meetings: MeetingActs) -> None:
    number, ref = meetings.call(body="byggnamnd"), meetings.house.reach(State.ASSIGNED)
    planned(meetings)
    meetings.put(number, ref)
    meetings.send(number)
    said = flat(told(meetings), "officer@example.se")
    assert "Ärendet står nu på dagordningen för Byggnamnd." in said and "forumets" not in said


def test_who_came_to_sit_in_the_body_since_is_asked_too(meetings: MeetingActs) -> None:
    number = meetings.call()
    planned(meetings)
    with meetings.house.database.transaction() as session:
        person = session.scalars(select(Person.id).where(Person.email == NEIGHBOUR)).one()
        forum = session.scalars(select(Unit.id).where(Unit.slug == "forum")).one()
        session.add(Membership(person_id=person, unit_id=forum, role=Role.MEMBER, since=SINCE))
        assert session.scalar(select(Invited.id).where(Invited.person_id == person)) is None
    meetings.send(number)
    assert f"/kallelse/{number}-p" in flat(told(meetings), NEIGHBOUR)
