"""Words of registers: who decides, who keeps the road, when they were asked and answered, and kinds of authority."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from cases.organisation.categories import RegisterWords
from cases.village.registers.authority import AuthorityKind
from web.language.dates import day_words
from web.language.gettext import gettext

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
Facts = Mapping[str, Any]
Names = Callable[[Any], str]  # of authorities, from a slug


def decides_words(words: RegisterWords) -> str:
    """Return what the topic calls who decides, in the town's words or else in ours."""
    return words.decides or str(DECIDES)


def keeper_words(words: RegisterWords) -> str:
    """Return what the topic calls who keeps what its cases are about, in the town's words or else in ours."""
    return words.keeper or str(KEEPER)


def entered_words(facts: Facts, name: Names) -> str:
    """Return the sentence for the event "register.entered" with these facts."""
    parts = [part(facts, name) for what, part in ENTERED.items() if what in facts["what"]]
    return gettext("Noted: %(what)s", what=", ".join(parts))


def forwarded_words(facts: Facts, name: Names) -> str:
    """Return the sentence for the event "register.forwarded" with these facts."""
    return gettext("Sent on to %(to)s %(day)s", to=name(facts["to"]), day=day_words(facts["on"]))


def answered_words(facts: Facts, name: Names) -> str:
    """Return the sentence for the event "register.answered" with these facts."""
    return gettext("%(who)s answered %(day)s", who=name(facts["by"]), day=day_words(facts["on"]))


def _decides(facts: Facts, name: Names) -> str:
    who = facts.get("decides")
    return gettext("%(who)s decides", who=name(who)) if who else gettext("nobody is named who decides")


def _keeps(facts: Facts, name: Names) -> str:
    who = facts.get("keeper")
    if who:
        return gettext("%(who)s keeps the road or the place", who=name(who))
    return gettext("nobody is named who keeps the road or the place")


def _sort(facts: Facts, name: Names) -> str:
    sort = facts.get("sort")
    return gettext("it is about %(sort)s", sort=sort) if sort else gettext("no sort")


ENTERED: dict[str, Callable[[Facts, Names], str]] = {  # by what changed
    "decides": _decides,
    "keeper": _keeps,
    "where": lambda facts, name: gettext("where it is"),
    "sort": _sort,
    "forwarded_on": lambda facts, name: gettext("it has not been sent on"),
    "their_ref": lambda facts, name: gettext("their reference"),
    "answered_on": lambda facts, name: gettext("no answer has come"),
}
