"""Meetings and their agendas as the API shows them."""

from typing import Any

from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown, MeetingListed, ResolutionShown
from web.schemas.village.meeting_responses import AgendaOut, MeetingOut
from web.schemas.village.plan_requests import ORE

LISTED, AGENDA = MeetingOut(), AgendaOut()


def listed_meeting_shown(meeting: MeetingListed) -> Any:
    """Return the meeting as it stands in the list of all."""
    return LISTED.dump(meeting)


def whole_agenda_shown(agenda: AgendaShown) -> Any:
    """Return a meeting with its agenda, as its reader may read it."""
    rows = {name: value for name, value in vars(agenda).items() if name not in {"meeting", "items"}}
    return AGENDA.dump({**vars(agenda.meeting), **rows, "items": [_item(item) for item in agenda.items]})


def _item(item: AgendaItemShown) -> dict[str, Any]:
    recommendation = None if item.resolution is None else _recommendation(item.resolution)
    return {**vars(item), "n": item.number, "proposed": item.is_proposed, "recommendation": recommendation}


def _recommendation(one: ResolutionShown) -> dict[str, Any]:
    amount = None if one.amount_ore is None else one.amount_ore / ORE
    return {
        "number": one.id, "verdict": one.verdict, "amount_kr": amount, "called": one.number, "aside": list(one.aside)
    }  # fmt: skip
