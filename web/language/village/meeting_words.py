"""Meetings and their agendas in words: how an item was settled, what a body recommends."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.meetings.agenda_items import ItemSort, SettledHow
from cases.meetings.invited import InvitationAnswer
from cases.meetings.meeting import MeetingSort
from cases.meetings.resolution import Verdict
from cases.village.forum.reading.shown import AgendaItemShown
from web.language.dates import day_words
from web.language.gettext import gettext, ngettext

MEETING_SORTS: Mapping[MeetingSort, LazyString] = {
    MeetingSort.ORDINARY: _l("Ordinary meeting"),
    MeetingSort.THEME: _l("Theme meeting"),
    MeetingSort.STORTING: _l("Storting"),
    MeetingSort.WORKING: _l("Working meeting"),
}
ITEM_SORTS: Mapping[ItemSort, LazyString] = {
    ItemSort.INFORMATION: _l("Information"),
    ItemSort.DISCUSSION: _l("To talk about"),
    ItemSort.RECOMMENDATION: _l("For a recommendation"),
    ItemSort.OPINION: _l("For an opinion"),
}
SETTLED: Mapping[SettledHow, LazyString] = {
    SettledHow.RESOLVED: _l("Settled at the meeting on %(day)s"),
    SettledHow.NOTED: _l("Noted at the meeting on %(day)s"),
    SettledHow.POSTPONED: _l("The meeting on %(day)s postponed it to the next one"),
    SettledHow.WITHDRAWN: _l("Taken off the agenda at the meeting on %(day)s"),
}
SETTLED_HERE: Mapping[SettledHow, LazyString] = {  # beside the item, on the page of its meeting
    SettledHow.RESOLVED: _l("A recommendation was given"),
    SettledHow.NOTED: _l("Noted"),
    SettledHow.POSTPONED: _l("Postponed to the next meeting"),
    SettledHow.WITHDRAWN: _l("Taken off the agenda"),
}
SETTLINGS = {  # of the form at the table: what the body recommends, or what else becomes of the item
    Verdict.YES.value: _l("Recommends yes"),
    Verdict.NO.value: _l("Recommends no"),
    Verdict.PARTLY.value: _l("Recommends yes in part"),
    Verdict.REFER.value: _l("Refers it back"),
    SettledHow.NOTED.value: _l("Takes note of it, without a recommendation"),
    SettledHow.POSTPONED.value: _l("Postpones it to the next meeting"),
    SettledHow.WITHDRAWN.value: _l("It is withdrawn"),
}
VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.YES: _l("yes"),
    Verdict.NO: _l("no"),
    Verdict.PARTLY: _l("yes in part"),
    Verdict.REFER: _l("refer it back"),
    Verdict.POSTPONE: _l("postpone it"),
    Verdict.NOTED: _l("noted"),
}
ANSWERS: Mapping[InvitationAnswer, LazyString] = {
    InvitationAnswer.YES: _l("Comes"),
    InvitationAnswer.NO: _l("Does not come"),
    InvitationAnswer.MAYBE: _l("May come"),
}

OWN_ANSWERS: Mapping[InvitationAnswer, tuple[LazyString, LazyString]] = {  # as a button, and once it was said
    InvitationAnswer.YES: (_l("Yes, I am coming"), _l("You said that you are coming.")),
    InvitationAnswer.NO: (_l("No, I cannot come"), _l("You said that you are not coming.")),
    InvitationAnswer.MAYBE: (_l("Maybe"), _l("You said that you may come.")),
}


def recommended_words(facts: Mapping[str, Any], body: str) -> str:
    """Return what a body recommends, as in "The forum recommends: yes, 12,000 kr", of the facts of its event."""
    said = gettext("%(body)s recommends: %(verdict)s", body=body, verdict=str(VERDICTS[Verdict(facts["verdict"])]))
    if facts.get("amount_ore") is not None:
        said += gettext(", %(amount)s kr", amount=kronor_words(facts["amount_ore"]))
    return gettext("Put right: %(said)s", said=said) if facts.get("replaces") else said


def counted_answers(count: Counter[InvitationAnswer | None]) -> str:
    """Return how many come to a meeting, may come, do not come, and have not answered: "3 come, 1 has not answered"."""
    said = [
        ngettext("%(num)d comes", "%(num)d come", count[InvitationAnswer.YES]),
        ngettext("%(num)d may come", "%(num)d may come", count[InvitationAnswer.MAYBE]),
        ngettext("%(num)d does not come", "%(num)d do not come", count[InvitationAnswer.NO]),
        ngettext("%(num)d has not answered", "%(num)d have not answered", count[None]),
    ]
    counts = (count[InvitationAnswer.YES] or 1, count[InvitationAnswer.MAYBE], count[InvitationAnswer.NO], count[None])
    return ", ".join(words for words, number in zip(said, counts, strict=True) if number)


def kronor_words(ore: int) -> str:
    """Return an amount in öre as kronor in words, such as "12 000" or "12 000,50"."""
    kronor, rest = divmod(ore, 100)
    whole = f"{kronor:,}".replace(",", "\u00a0")
    return f"{whole},{rest:02d}" if rest else whole


def settled_here_words(item: AgendaItemShown, body: str) -> str:
    """Return how the body with this name settled the item, with what it recommends; "" while it is open."""
    if item.how is None:
        return ""
    if item.resolution is None or item.how is not SettledHow.RESOLVED:
        return str(SETTLED_HERE[item.how])
    facts = {"verdict": item.resolution.verdict, "amount_ore": item.resolution.amount_ore}
    return recommended_words(facts, body)


def held_words(facts: Mapping[str, Any]) -> str:
    """Return that a meeting was held, and how many came, of the facts of its event."""
    came = ngettext("%(num)d was present", "%(num)d were present", facts["present"])
    said = gettext("The meeting was held on %(day)s: %(came)s", day=day_words(facts["on"]), came=came)
    return said if facts["quorate"] else said + gettext(", too few to take anything up")


def settled_words(facts: Mapping[str, Any]) -> str:
    """Return how an item was settled at a meeting, of the facts of its event."""
    said = str(SETTLED[SettledHow(facts["how"])]) % {"day": day_words(facts["on"])}
    return gettext("Put right: %(said)s", said=said) if facts.get("corrects") else said
