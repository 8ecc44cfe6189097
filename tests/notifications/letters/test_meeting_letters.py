"""Letters about meetings: an invitation with a calendar file, a change, the agenda, the minutes, a recommendation."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import SPRING, MeetingActs
from support.meetings.meeting_letters import told

from cases.meetings.agenda_items import SettledHow
from cases.meetings.resolution import Verdict
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.inviting_more import invite_more
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from notifications.letters.rendering import RenderedLetter
from notifications.sending.mime import compose

GUEST, SEAT = "gast@example.org", "representative@example.se"


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def entry(letter: RenderedLetter):
    """Return the entry of the calendar file that goes with the letter, as a mail program reads it."""
    message = message_from_bytes(compose(letter, "1@example.org"), policy=default)
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_filename() == "meeting.ics"
    return next(one for one in Calendar.from_ical(part.get_content()).walk("VEVENT"))


def test_whoever_sits_in_the_body_and_each_guest_is_invited_with_a_calendar_file(meetings: MeetingActs) -> None:
    starts_at = MONDAY.replace(month=4, day=16, hour=16, minute=30)
    number = meetings.call(invited=(Invitee(GUEST, "En gäst"),), starts_at=starts_at, where="Bygdegården")
    letters = told(meetings)
    assert {to: name for to, (name, _) in letters.items()} == {GUEST: "called", SEAT: "called"}
    seat, guest = letters[SEAT][1], letters[GUEST][1]
    assert "16 april 2026 kl. 18.30" in " ".join(seat.text.split()) and "Bygdegården" in seat.text
    assert f"/forum/{number}?logga-in=1" in seat.text and f"/forum/{number}" not in guest.text
    assert f"/kallelse/{number}-" in guest.text and f"/kallelse/{number}-p" in seat.text
    event = entry(seat)
    assert (str(event["SUMMARY"]), event.decoded("DTSTART"), str(event["UID"]).partition("@")[0]) == (
        "Forum", starts_at, f"meeting-{number}",
    )  # fmt: skip


def test_a_move_and_a_cancelling_replace_the_entry(meetings: MeetingActs) -> None:
    number = meetings.call()
    first, by = entry(told(meetings)[SEAT][1]), meetings.house.actors["contact"]
    with meetings.house.database.transaction() as session:
        move_meeting(session, number, Rearrangement(held_on=SPRING + timedelta(days=1)), by=by, at=MONDAY)
    name, moved = told(meetings)[SEAT]
    assert name == "meeting_changed" and "flyttat från" in moved.text
    with meetings.house.database.transaction() as session:
        cancel_meeting(session, number, "För få kan.", by=by, at=MONDAY)
    gone = told(meetings)[SEAT][1]
    assert "inställt" in gone.text
    entries = [first, entry(moved), entry(gone)]
    assert len({str(one["UID"]) for one in entries}) == 1
    assert [one["SEQUENCE"] for one in entries] == sorted({one["SEQUENCE"] for one in entries})
    assert [str(one["STATUS"]) for one in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_only_whoever_is_invited_later_gets_the_invitation(meetings: MeetingActs) -> None:
    number, by = meetings.call(), meetings.house.actors["contact"]
    told(meetings)
    with meetings.house.database.transaction() as session:
        invite_more(session, number, (Invitee(GUEST), Invitee("member@example.se")), by=by, at=MONDAY)
    assert {to: name for to, (name, _) in told(meetings).items()} == {GUEST: "called", "member@example.se": "called"}


def test_the_reason_of_a_move_and_of_a_cancelling_stands_in_the_letter(meetings: MeetingActs) -> None:
    number, by = meetings.call(invited=(Invitee(GUEST),)), meetings.house.actors["contact"]
    told(meetings)
    with meetings.house.database.transaction() as session:
        move = Rearrangement(held_on=SPRING + timedelta(days=1), why="Lokalen är upptagen.")
        move_meeting(session, number, move, by=by, at=MONDAY)
    letters = told(meetings)
    assert all("Lokalen är upptagen." in letter.text for _, letter in letters.values())
    assert {letter.subject for _, letter in letters.values()} == {"Ändrat: Forum fredag 17 april 2026"}
    assert "gällde den gamla dagen" in " ".join(letters[GUEST][1].text.split())
    with meetings.house.database.transaction() as session:
        cancel_meeting(session, number, "För få kan.", by=by, at=MONDAY)
    assert all("För få kan." in letter.text for _, letter in told(meetings).values())


def test_the_agenda_goes_to_the_invited_and_the_minutes_to_the_groups_too(meetings: MeetingActs) -> None:
    number, _ = meetings.call(), meetings.waiting()
    told(meetings)
    meetings.send(number)
    letters = told(meetings)
    assert {to: name for to, (name, _) in letters.items()} == {SEAT: "agenda"}
    assert "1 punkt" in letters[SEAT][1].text
    meetings.settle(number, 1, SettledHow.NOTED)
    meetings.close(number)
    told(meetings)
    meetings.adjust(number)
    letters = told(meetings)
    assert {name for name, _ in letters.values()} == {"minutes"}
    assert {SEAT, "norrby@example.se", "soderby@example.se"} <= set(letters)


def test_who_asked_is_told_what_the_body_recommends_in_one_letter_with_the_words(meetings: MeetingActs) -> None:
    number, ref = meetings.call(), meetings.waiting()
    meetings.send(number)
    told(meetings)
    meetings.recommend(ref, number, 1, words="Vi vill ha cykelväg.", amount_ore=1_200_000)
    letters = told(meetings)
    name, letter = letters["rut@example.se"]
    assert name == "recommended" and "12 000 kronor" in letter.text
    assert "> Vi vill ha cykelväg." in letter.text
    assert {name for name, _ in letters.values()} == {"recommended"}
    assert "Rättelse" not in letter.text
    meetings.recommend(ref, number, 1, Verdict.NO, words="Vi vill inte ha cykelväg.", corrects=True)
    name, letter = told(meetings)["rut@example.se"]
    assert (name, "Rekommendationen är nej" in letter.text) == ("recommended", True)
    assert "Rättelse: " in letter.text and "Det här rättar det som stod tidigare" in letter.text


def test_nobody_is_invited_to_a_meeting_that_is_noted_afterwards(meetings: MeetingActs) -> None:
    meetings.call(MONDAY.date() - timedelta(days=3))
    assert told(meetings) == {}
