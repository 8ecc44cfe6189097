"""Where a case stands, in plain words for the one who asked: the present state, what happens next, and by when."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.case import Case
from cases.states import State
from web.language.dates import day_words
from web.language.gettext import gettext


@dataclass(frozen=True)
class Standing:
    """What the reporter reads about a case, in sentences: `now` tells its state, `next` what happens next and by when.

    `late` is the sentence that the case is overdue, "" when it is not.
    """

    now: str
    next: str
    late: str = ""


SENTENCES_BY_STATE: dict[State, tuple[LazyString, LazyString]] = {
    State.RECEIVED: (
        _l("We have received your case."),
        _l("%(unit)s reads it by %(day)s."),
    ),
    State.ASSIGNED: (
        _l("%(unit)s has been asked to take it on."),
        _l("You get an answer or a plan by %(day)s."),
    ),
    State.PLANNED: (
        _l("%(unit)s has taken it on."),
        _l("It is to be done by %(day)s."),
    ),
    State.IN_PROGRESS: (
        _l("%(unit)s is working on it."),
        _l("We write to you again by %(day)s."),
    ),
    State.WAITING: (
        _l("It is waiting for %(whom)s."),
        _l("We follow it up by %(day)s."),
    ),
    State.PARKED: (
        _l("Nobody can work on it just now."),
        _l("We take it up again on %(day)s."),
    ),
    State.DONE: (
        _l("%(unit)s says that it is done."),
        _l("Is it not? Say so by %(day)s, and it goes back to them. Otherwise it is closed."),
    ),
    State.CLOSED: (_l("It is done and closed."), _l("Does it need to be taken up again? Ring the contact person.")),
    State.DECLINED: (
        _l("We will not go on with your case."),
        _l("The reason is below. Ring the contact person if you have questions."),
    ),
    State.MERGED: (_l("It is handled together with %(into)s."), _l("You get to know what happens there.")),
}


def where_it_stands(session: Session, case: Case, now: datetime) -> Standing:
    """Build the sentences that tell the reporter where the case stands at the moment `now`."""
    present, following = SENTENCES_BY_STATE[case.state]
    facts = {
        "unit": case.responsible.name,
        "day": day_words(case.due_at) if case.due_at else "",
        "whom": _awaited_name(case),
        "into": case.merged_into.ref if case.merged_into else "",
    }
    return Standing(str(present) % facts, str(following) % facts, _late_sentence(case, now))


def _awaited_name(case: Case) -> str:
    if case.waits_for_reporter:
        return gettext("an answer from you")
    name: str | None = case.waiting_unit.name if case.waiting_unit else case.waiting_name
    return name or gettext("somebody else")


def _late_sentence(case: Case, now: datetime) -> str:
    return gettext("It is late. The contact person knows and is following it up.") if case.is_overdue(now) else ""
