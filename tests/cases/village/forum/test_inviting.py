"""Who is invited and who came: nobody is written twice, and only those who are invited later are told of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AT_TABLE, SPRING, MeetingActs

from cases.meetings.invited import InvitationAnswer, Invited
from cases.organisation.people import Person
from cases.parties import Party
from cases.refusals import AgendaNotSent, FieldRefusal, MeetingOver, NotAllowed, UnknownName
from cases.village.forum.convening.answering import answer_invitation
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.inviting_more import invite_more, take_off
from cases.village.forum.convening.presence import save_presence
from cases.village.forum.convening.rearranging import Rearrangement, move_meeting
from cases.village.forum.minutes.closing import Closing, close_meeting

GUEST, SEAT = "gast@example.org", "representative@example.se"


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def done(meetings: MeetingActs, act, *given, by: str = "contact", at=MONDAY, **more):
    with meetings.house.database.transaction() as session:
        return act(session, *given, by=meetings.house.actors[by], at=at, **more)


def invited(meetings: MeetingActs) -> list[tuple[str, InvitationAnswer | None, bool | None]]:
    """Return the address of everybody who is invited to any meeting, with their answer and whether they came."""
    found = select(Person.email, Party.email, Invited.answer, Invited.present).select_from(Invited)
    found = found.outerjoin(Person, Person.id == Invited.person_id).outerjoin(Party, Party.id == Invited.party_id)
    with meetings.house.database.reading() as session:
        rows = session.execute(found.order_by(Invited.id))
        return [(person or party, answer, present) for person, party, answer, present in rows]


def test_a_guest_who_is_invited_again_or_comes_is_written_once(meetings: MeetingActs) -> None:
    number = meetings.call(invited=(Invitee(GUEST), Invitee("Gast@EXAMPLE.org")))
    assert done(meetings, invite_more, number, [Invitee(GUEST.upper())]) == 0
    meetings.send(number)
    assert done(meetings, save_presence, number, [GUEST], at=AT_TABLE) == 1
    meetings.close(number, present=(GUEST, SEAT))
    assert sorted(invited(meetings)) == [(GUEST, None, True), (SEAT, None, True)]


def test_only_those_who_are_invited_later_are_called_by_that_event(meetings: MeetingActs) -> None:
    number = meetings.call()
    assert done(meetings, invite_more, number, [Invitee(GUEST), Invitee("member@example.se"), Invitee(SEAT)]) == 2
    first, later = meetings.house.events(meetings.home(number).ref, "meeting.called")
    assert "people" not in first.facts
    assert later.facts["people"] == [meetings.house.actors["member"].person_id]
    assert len(later.facts["parties"]) == 1
    done(meetings, invite_more, number, [Invitee(GUEST)])
    assert len(meetings.house.events(meetings.home(number).ref, "meeting.called")) == 2, "nobody is new"


def test_a_guest_is_taken_off_and_a_seat_is_not(meetings: MeetingActs) -> None:
    number = meetings.call(invited=(Invitee(GUEST),))
    done(meetings, take_off, number, GUEST)
    assert [email for email, _, _ in invited(meetings)] == [SEAT]
    for email, refusal in ((GUEST, UnknownName), (SEAT, FieldRefusal)):
        with pytest.raises(refusal):
            done(meetings, take_off, number, email)


def test_who_is_there_is_saved_and_stands_when_the_meeting_is_closed(meetings: MeetingActs) -> None:
    number = meetings.call()
    with pytest.raises(AgendaNotSent):
        done(meetings, save_presence, number, [SEAT])
    meetings.send(number)
    assert done(meetings, save_presence, number, [SEAT, GUEST], at=AT_TABLE) == 2
    assert done(meetings, save_presence, number, [GUEST], at=AT_TABLE) == 1
    assert meetings.meeting(number).closed_on is None
    done(meetings, close_meeting, number, Closing(), at=AT_TABLE)
    assert invited(meetings) == [(SEAT, None, False), (GUEST, None, True)]
    assert meetings.house.events(meetings.home(number).ref, "meeting.held")[0].facts["present"] == 1


def test_once_it_is_closed_nobody_is_invited_answers_or_is_ticked(meetings: MeetingActs) -> None:
    number = meetings.call()
    meetings.send(number)
    meetings.close(number)
    for act, given in (
        (invite_more, [Invitee(GUEST)]), (take_off, SEAT), (save_presence, [SEAT]),
        (answer_invitation, InvitationAnswer.YES),
    ):  # fmt: skip
        with pytest.raises(MeetingOver):
            done(meetings, act, number, given, at=AT_TABLE)


@pytest.mark.parametrize("by", ["officer", "representative", "member", "head"])
def test_only_the_desk_and_the_secretary_invite_and_tick(meetings: MeetingActs, by: str) -> None:
    number = meetings.call()
    for act, given in ((invite_more, [Invitee(GUEST)]), (take_off, SEAT), (save_presence, [SEAT])):
        with pytest.raises(NotAllowed):
            done(meetings, act, number, given, by=by)


def test_an_answer_is_for_the_day_of_the_meeting(meetings: MeetingActs) -> None:
    number = meetings.call()
    done(meetings, answer_invitation, number, InvitationAnswer.YES, by="representative")
    done(meetings, move_meeting, number, Rearrangement(where="Skolan", why="Fullt"))
    assert invited(meetings)[0][1] is InvitationAnswer.YES
    done(meetings, move_meeting, number, Rearrangement(held_on=SPRING + timedelta(days=7)))
    assert invited(meetings)[0][1] is None
