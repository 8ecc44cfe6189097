"""The sentences of a case's history that speak of the person who asked, as they read them themselves: "you"."""

from collections.abc import Callable, Mapping
from typing import Any

from cases.access.actors import ActorKind
from cases.states import State
from web.language.dates import day_words
from web.language.gettext import gettext
from web.language.labels import REPORTER_DETAILS
from web.language.mail_words import is_by_mail, own_comment_words
from web.language.state_words import STATES_IN_SENTENCES

Facts = Mapping[str, Any]
NameUnit = Callable[[Any], str]  # from a unit's slug
ME = frozenset({ActorKind.REPORTER, ActorKind.VISITOR})


def own_sentence(type_: str, facts: Facts, name_unit: NameUnit, acted: ActorKind) -> str | None:
    """Return what happened, to the person who asked; None where they are told what everybody is.

    `type_` and `facts` are those of the event, and `acted` says who caused it.
    """
    make_sentence = OWN_SENTENCES.get(type_)
    return make_sentence(facts, name_unit, acted in ME) if make_sentence else None


def _waiting(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    if facts["waiting_for"] != "reporter":
        return None
    return gettext("Waits for an answer from you; followed up %(day)s", day=day_words(facts["follow_up_on"]))


def _answered(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    if not by_me:
        return None
    state = STATES_IN_SENTENCES[facts["to"]]
    if facts["to"] == State.RECEIVED:
        said = gettext("You answered. The case is with the contact person.")
        by_mail = gettext("You answered by e-mail. The case is with the contact person.")
    else:
        said = gettext("You answered. The case is %(state)s again.", state=state)
        by_mail = gettext("You answered by e-mail. The case is %(state)s again.", state=state)
    return by_mail if is_by_mail(facts) else said


def _commented(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    return own_comment_words(facts) if by_me else None


def _reply_read(facts: Facts, name_unit: NameUnit, by_me: bool) -> str:
    return gettext("The reply has been read; if you disagree, say so by %(day)s", day=day_words(facts["object_by"]))


def _done(facts: Facts, name_unit: NameUnit, by_me: bool) -> str:
    unit, day = name_unit(facts.get("responsible") or facts.get("by_unit")), day_words(facts["object_by"])
    return gettext("Done, says %(unit)s; if you disagree, say so by %(day)s", unit=unit, day=day)


def _contested(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    unit = name_unit(facts.get("responsible"))
    return gettext("You said that it is not fixed; back to %(unit)s", unit=unit) if by_me else None


def _confirmed(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    return gettext("You said that it is fixed") if by_me else None


def _closed(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    return gettext("You said that it is fixed; the case is closed") if by_me else None


def _asked_how_it_went(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    return gettext("You were asked how it went") if facts["whose"] == "reporter" else None


def _said_how_it_went(facts: Facts, name_unit: NameUnit, by_me: bool) -> str | None:
    return gettext("You answered how it went: %(grade)s of 5", grade=facts["grade"]) if by_me else None


def _corrected(facts: Facts, name_unit: NameUnit, by_me: bool) -> str:
    what = ", ".join(str(REPORTER_DETAILS.get(what, what)) for what in facts["what"])
    if by_me:
        return gettext("You corrected your details: %(what)s", what=what)
    return gettext("Your details were corrected: %(what)s", what=what)


def _key_replaced(facts: Facts, name_unit: NameUnit, by_me: bool) -> str:
    return gettext("You got a new private link; the old one no longer works")


OWN_SENTENCES: Mapping[str, Callable[[Facts, NameUnit, bool], str | None]] = {
    "case.waiting": _waiting,
    "case.answered": _answered,
    "case.commented": _commented,
    "case.reply_read": _reply_read,
    "case.done": _done,
    "case.contested": _contested,
    "case.confirmed": _confirmed,
    "case.closed": _closed,
    "case.satisfaction_asked": _asked_how_it_went,
    "case.satisfaction_answered": _said_how_it_went,
    "case.reporter_corrected": _corrected,
    "case.key_replaced": _key_replaced,
}
