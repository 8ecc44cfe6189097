"""What each obligation is called, and the button of the act by which it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class ObligationWords:
    """The words of one obligation: `label` names what is owed in a sentence, `card` is its title where it stands alone.

    `button` names the act that gives it or plans it anew, `endpoint` the page of that act, in whose path `named` stands
    for the subject; "" for one that has no subject in it.
    """

    label: LazyString
    card: LazyString
    button: LazyString
    endpoint: str
    named: str = "slug"


FIRST_PLAN = _l("Write the first plan")  # the card of a plan where none has been adopted yet
OBLIGATION_WORDS: Mapping[str, ObligationWords] = {
    "plan": ObligationWords(
        _l("the yearly update of the local plan"), _l("Update the plan"), _l("Open the plan"), "plans.show"
    ),
    "contact": ObligationWords(
        _l("a contact with the group"),
        _l("Next contact with the municipality"),
        _l("Log a contact"),
        "contacts.show",
    ),
    "meeting": ObligationWords(
        _l("the next meeting"), _l("Plan the next meeting"), _l("Plan a meeting"), "forum.show", ""
    ),
    "agenda": ObligationWords(
        _l("the agenda of a meeting"), _l("Send the agenda"), _l("Open the agenda"), "forum.agenda", "number"
    ),
    "minutes": ObligationWords(
        _l("the approved minutes of a meeting"),
        _l("Approve the minutes"),
        _l("Open the meeting"),
        "forum.agenda",
        "number",
    ),
}
