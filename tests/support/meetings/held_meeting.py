"""A meeting that was held and whose minutes are adjusted, and the next ordinary one: to be broken by hand."""

from support.houses.small_house import MONDAY
from support.meetings.meeting_acts import MeetingActs

from cases.meetings.agenda_items import SettledHow
from cases.meetings.meeting import MeetingSort
from cases.village.forum.minutes.settling import Settling


def hold_meeting(meetings: MeetingActs) -> int:
    """Hold a meeting on `MONDAY`, call the next ordinary one, and return the number of the first.

    Its first item waited for the forum and is recommended, the second noted as it is closed, the third postponed.
    """
    held, ref = meetings.call(MONDAY.date(), "Tema", sort=MeetingSort.THEME), meetings.waiting()
    meetings.put(held, ref, "# Budget", "# Resor")
    meetings.send(held)
    meetings.recommend(ref, held, 1, at=MONDAY)
    meetings.settle(held, 3, SettledHow.POSTPONED, at=MONDAY)
    meetings.close(held, Settling(2, SettledHow.NOTED), present=("representative@example.se",), at=MONDAY)
    meetings.adjust(held, at=MONDAY)
    meetings.call()
    return held
