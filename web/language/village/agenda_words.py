"""The words of the page that prepares an agenda: what a meeting does with an item, and why an item stays."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.case import Case
from cases.meetings.agenda_items import AgendaReason, ItemSort
from cases.states import Kind
from cases.village.forum.reading.shown import AgendaItemShown
from web.language.gettext import gettext

TO_DO: Mapping[ItemSort, LazyString] = {  # what the meeting is to do with the item
    ItemSort.INFORMATION: _l("Be informed"),
    ItemSort.DISCUSSION: _l("Talk"),
    ItemSort.RECOMMENDATION: _l("Recommend"),
    ItemSort.OPINION: _l("Give an opinion"),
}
HEADINGS: Mapping[str, LazyString] = {  # of the groups of what is proposed, by the id of the heading
    "fragor": _l("Questions from groups and inhabitants"),
    "ataganden": _l("What the municipality owes itself"),
}


def why_it_stays(item: AgendaItemShown, case: Case | None, body: str) -> str:
    """Return in a few words why an item cannot be taken off the agenda of this body for good."""
    if item.why is AgendaReason.WAITS and case is not None and case.kind is Kind.PROPOSAL:
        return gettext("It cannot be taken off for good: a citizens’ proposal has to be taken up.")
    if item.why is AgendaReason.WAITS:
        return gettext("It cannot be taken off for good: it waits for %(body)s, and is answered instead.", body=body)
    if item.why is AgendaReason.PARKED:
        return gettext("It need not be taken off for good: it was on hold until about the day of the meeting.")
    if item.case is None and item.carried:
        return gettext("It can be taken off for good once the agenda is sent: the meeting before postponed it.")
    if item.case is None:
        return gettext("It is gone when you do not tick it.")
    return gettext("Only the contact person takes it off for good, on the page of the case.")
