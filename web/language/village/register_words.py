"""Words of registers: who decides, who keeps the road, when they were asked and answered, and kinds of authority."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from cases.organisation.categories import RegisterWords
from cases.village.registers.authority import AuthorityKind
from cases.village.registers.filters import RegisterOrder
from web.language.dates import day_words
from web.language.gettext import gettext
from web.language.labels import listed

DECIDES, KEEPER = _l("Who decides"), _l("Who keeps the road or the place")
AUTHORITY_KINDS = {
    AuthorityKind.MUNICIPALITY: _l("Municipality"),
    AuthorityKind.COUNTY_BOARD: _l("County administrative board"),
    AuthorityKind.NATIONAL_ROAD: _l("National road authority"),
    AuthorityKind.ROAD_ASSOCIATION: _l("Road association"),
    AuthorityKind.REGION: _l("Region"),
    AuthorityKind.POLICE: _l("Police"),
    AuthorityKind.OTHER: _l("Other"),
}
ANSWER_CHOICES = {  # how far a case has come with those who decide, by the word in the address
    "none": _l("Not sent on"),
    "waiting": _l("Sent on, no answer yet"),
    "answered": _l("Answered"),
}
ORDER_CHOICES = {
    RegisterOrder.NEWEST: _l("Newest first"),
    RegisterOrder.LATE: _l("Delayed first"),
    RegisterOrder.PLACE: _l("By place"),
    RegisterOrder.TITLE: _l("By title"),
    RegisterOrder.ANSWER: _l("Latest answer first"),
}
ORDER_SENTENCES = {
    RegisterOrder.NEWEST: _l("What came in last stands first."),
    RegisterOrder.LATE: _l("What is delayed stands first, and then what came in last."),
    RegisterOrder.PLACE: _l("Place by place, in alphabetical order. What has no place stands last."),
    RegisterOrder.TITLE: _l("In alphabetical order by title."),
    RegisterOrder.ANSWER: _l("The latest answer stands first. What has no answer stands last."),
}
Facts = Mapping[str, Any]
Names = Callable[[Any], str]  # of authorities, from a slug


def topic_words(words: RegisterWords) -> dict[str, str]:
    """Return what the topic calls who decides ("decides") and who keeps what its cases are about ("keeper").

    In the town's words, or else in ours.
    """
    return {"decides": words.decides or str(DECIDES), "keeper": words.keeper or str(KEEPER)}


def entered_words(facts: Facts, name: Names) -> str:
    """Return the sentences for the event "register.entered" with these facts, without the last full stop."""
    what = [words(facts) for changed, words in UPDATED.items() if changed in facts["what"]]
    sentences = [
        *_who(facts, name),
        *([gettext("Updated: %(what)s", what=listed(what))] if what else []),
        *(str(words) for changed, words in TAKEN_AWAY.items() if changed in facts["what"]),
    ]
    return ". ".join(sentences)


def forwarded_words(facts: Facts, name: Names) -> str:
    """Return the sentence for the event "register.forwarded" with these facts."""
    return gettext("Sent on to %(to)s %(day)s", to=name(facts["to"]), day=day_words(facts["on"]))


def answered_words(facts: Facts, name: Names) -> str:
    """Return the sentence for the event "register.answered" with these facts."""
    return gettext("%(who)s answered %(day)s", who=name(facts["by"]), day=day_words(facts["on"]))


def _who(facts: Facts, name: Names) -> Iterator[str]:
    """Yield one sentence of who decides and who keeps the road, or one for each when one of them is named no more."""
    changed = [one for one in ("decides", "keeper") if one in facts["what"]]
    decides, keeper = (facts.get(one) if one in changed else None for one in ("decides", "keeper"))
    if decides and decides == keeper:
        yield gettext("%(who)s decides and keeps the road or the place", who=name(decides))
    elif decides and keeper:
        names = {"who": name(decides), "keeper": name(keeper)}
        yield gettext("%(who)s decides, and %(keeper)s keeps the road or the place", **names)
    elif decides:
        yield gettext("%(who)s decides", who=name(decides))
    elif keeper:
        yield gettext("%(who)s keeps the road or the place", who=name(keeper))
    if "decides" in changed and not decides:
        yield gettext("Nobody is named any longer as the one who decides")
    if "keeper" in changed and not keeper:
        yield gettext("Nobody is named any longer as the one who keeps the road or the place")


def _sort(facts: Facts) -> str:
    sort = facts.get("sort")
    return gettext("what it is about (%(sort)s)", sort=sort) if sort else gettext("what it is about (not specified)")


UPDATED: dict[str, Callable[[Facts], str]] = {  # by what changed; the texts themselves stand beside the sentence
    "sort": _sort,
    "where": lambda facts: gettext("where it is"),
    "their_ref": lambda facts: gettext("their reference"),
}
TAKEN_AWAY = {
    "forwarded_on": _l("It has not been sent on"),
    "answered_on": _l("No answer has come"),
}
