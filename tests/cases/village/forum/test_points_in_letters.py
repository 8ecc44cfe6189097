"""The points of agendas for letters: many readers at once, each by what they may open."""

from support.houses.small_house import CALENDAR, MONDAY, SmallHouse
from support.meetings.meeting_acts import AUTUMN, MeetingActs

from cases.village.forum.reading.in_letters import points_read


def test_readers_of_one_look_each_get_their_own_titles(small_house: SmallHouse) -> None:
    meetings = MeetingActs(small_house)
    first, second = meetings.call(), meetings.call(AUTUMN)
    waits = meetings.waiting("Cykelväg")
    theirs = small_house.hand_in(by="neighbour", group="soderby", title="Vår brygga")
    meetings.put(first, waits, theirs)
    meetings.put(second, "# Budget")
    ids = {who: small_house.actors[who].person_id for who in ("representative", "neighbour", "member", "officer")}
    readers = {(number, person) for number in (first, second) for person in (None, *ids.values())}
    with small_house.database.reading() as session:
        found = points_read(session, readers, on=CALENDAR.day_of(MONDAY))
        assert points_read(session, set(), on=CALENDAR.day_of(MONDAY)) == {}
    assert {reader: [point.title for point in points] for reader, points in found.items() if reader[0] == first} == {
        (first, None): [None, None],
        (first, ids["representative"]): ["Cykelväg", "Vår brygga"],
        (first, ids["neighbour"]): [None, "Vår brygga"],
        (first, ids["member"]): [None, None],
        (first, ids["officer"]): ["Cykelväg", "Vår brygga"],
    }
    of_second = [[point.title for point in points] for reader, points in found.items() if reader[0] == second]
    assert of_second == [["Budget"]] * 5
