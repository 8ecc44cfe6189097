"""What a meeting says of people goes with words of its own case, by a decision, also from adjusted minutes."""

import pytest
from support.canaries import dumped
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AUTUMN, MeetingActs

from cases.case import case_to_change
from cases.meetings.agenda_items import SettledHow
from cases.refusals import NotAllowed
from cases.village.erasing import erase_record

TOPIC, OTHER = "Häcken hos den som frågade", "Rapport om vägarna"


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    return MeetingActs(small_house)


def erase(meetings: MeetingActs, ref: str, seqs: list[int], *, by: str = "contact") -> list[int]:
    with meetings.house.database.transaction() as session:
        return erase_record(
            session, case_to_change(session, ref), "G 1", seqs, by=meetings.house.actors[by], at=MONDAY
        )  # fmt: skip


def adjusted(meetings: MeetingActs) -> int:
    """Return the number of a meeting whose first topic was postponed, with words; its minutes are adjusted."""
    number = meetings.call(name="Forum hos den som frågade", where="Köket", theme="Om häckar")
    meetings.put(number, f"# {TOPIC}", f"# {OTHER}")
    meetings.send(number)
    meetings.settle(number, 1, SettledHow.POSTPONED, "Vi hinner inte.")
    meetings.settle(number, 2, SettledHow.NOTED)
    meetings.close(number)
    meetings.adjust(number)
    return number


def topics(meetings: MeetingActs, number: int | None) -> list[str | None]:
    return [item.topic for item in meetings.items(number)]


def test_a_topic_goes_with_the_words_of_its_settling_and_where_it_was_carried_over_to(meetings: MeetingActs) -> None:
    number = adjusted(meetings)
    following = meetings.call(AUTUMN, "Höstens forum")
    meetings.put(following, f"# {TOPIC}")
    ref = meetings.home(number).ref
    [seq, _] = [event.seq for event in meetings.house.events(ref, "case.settled_on_agenda")]
    erase(meetings, ref, [seq])
    assert topics(meetings, number) == ["(raderat)", OTHER]
    assert topics(meetings, following) == ["(raderat)"]
    assert meetings.meeting(number).name == "Forum hos den som frågade"
    assert meetings.house.events(ref)[-1].facts["also"] == ["meetings"]
    assert TOPIC.encode() not in dumped(meetings.house.database)


def test_the_names_of_a_meeting_go_with_the_words_of_its_calling(meetings: MeetingActs) -> None:
    number = adjusted(meetings)
    ref = meetings.home(number).ref
    erase(meetings, ref, [1])
    meeting = meetings.meeting(number)
    assert (meeting.name, meeting.where, meeting.theme) == ("(raderat)",) * 3
    assert topics(meetings, number) == [TOPIC, OTHER]
    assert "Forum hos den som frågade".encode() not in dumped(meetings.house.database)


def test_with_the_last_words_of_its_case_all_that_the_meeting_says_goes(meetings: MeetingActs) -> None:
    number = adjusted(meetings)
    ref = meetings.home(number).ref
    erase(meetings, ref, [event.seq for event in meetings.house.events(ref)])
    assert topics(meetings, number) == ["(raderat)", "(raderat)"]
    assert meetings.meeting(number).name == "(raderat)"


def test_words_of_a_case_on_the_agenda_leave_the_meeting_as_it_is(meetings: MeetingActs) -> None:
    ref, number = meetings.waiting(TOPIC), meetings.call()
    meetings.put(number, ref, f"# {TOPIC}")
    erase(meetings, ref, [1])
    assert topics(meetings, number) == [None, TOPIC]
    with pytest.raises(NotAllowed):
        erase(meetings, meetings.home(number).ref, [1], by="officer")
