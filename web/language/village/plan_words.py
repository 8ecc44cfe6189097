"""What pages and the API call the kinds of things in plans, and what a draft lacks."""

from collections import defaultdict
from collections.abc import Iterable

from flask_babel import lazy_gettext as _

from cases.refusals import Lack
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind

ITEM_KINDS = {
    PlanItemKind.OWN: _("We do it ourselves"),
    PlanItemKind.JOINT: _("We do it with others"),
    PlanItemKind.ASKED: _("We ask others to do it"),
}
FATES = {
    Fate.DROPPED: _("Left out"),
    Fate.JOINED: _("Joined with another"),
    Fate.MOVED: _("Taken over by others"),
}
ANCHORING_KINDS = {
    AnchoringKind.SURVEY: _("Survey"),
    AnchoringKind.MEETING: _("Meeting"),
    AnchoringKind.INFORMATION: _("Information"),
}
LACKS = {
    "area": _("The plan needs at least one area."),
    "responsible": _("%(title)s: say who is responsible."),
    "year": _("%(title)s: say in which year."),
    "category": _("%(title)s: choose a topic."),
    "others": _("%(title)s: choose whom you ask, or say that you do it yourselves."),
    "settled": _("%(title)s: keep it, or leave it out and say why."),
}


def lack_words(lack: Lack) -> str:
    """Return the sentence that tells what keeps a draft from being adopted."""
    return str(LACKS[lack.what]) % {"title": lack.title}


def errors_of_lacks(lacks: Iterable[Lack]) -> dict[str, list[str]]:
    """Return the sentences by field: "areas", or "items." with the key of the item."""
    found: dict[str, list[str]] = defaultdict(list)
    for lack in lacks:
        found["areas" if lack.key is None else f"items.{lack.key}"].append(lack_words(lack))
    return found
