"""Where a case stands, in plain words for the person who asked: what is so now, what was answered, what comes next.

The sentences follow from the state of the case and the last step that led to it. No sentence promises a day that has
passed: what was to happen by such a day is told as missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import Case, joined_case
from cases.deadlines.clocks import DELAYED_RUNG
from cases.organisation.units import Unit
from cases.public.masking import mask
from cases.reading.last_step import LastStep, SaidWords, last_step_of
from cases.reading.visibility import takes_part
from cases.states import State
from web.current import current
from web.language.dates import day_words
from web.language.gettext import gettext
from web.language.state_words import STATE_NAMES


@dataclass(frozen=True)
class Standing:
    """What the reporter reads about a case, in sentences.

    `now` tells how it stands and `chip` the same in a word or two, `said` what the municipality wrote to them, or they
    in their objection, under the heading `heading` (None: nothing), `next` what happens next and by when. `late` tells
    what was missed, `promise` which day they were promised and whether it was kept; each is "" when there is nothing to
    tell. `may_contest`: they may still object.
    """

    now: str
    chip: str
    next: str
    late: str
    promise: str
    said: SaidWords | None
    heading: str
    may_contest: bool


SENTENCES_BY_STATE: dict[State, tuple[LazyString, LazyString]] = {
    State.RECEIVED: (_l("We have received your case."), _l("%(unit)s will read it by %(day)s.")),
    State.ASSIGNED: (_l("%(unit)s has your case."), _l("You will get an answer or a plan by %(day)s.")),
    State.PLANNED: (_l("%(unit)s has taken it on."), _l("It is to be done by %(day)s.")),
    State.IN_PROGRESS: (_l("%(unit)s is working on it."), _l("You will hear from us again by %(day)s.")),
    State.WAITING: (_l("It is waiting for %(whom)s."), _l("We will follow it up by %(day)s.")),
    State.PARKED: (_l("Nobody can work on it just now."), _l("We will take it up again on %(day)s.")),
    State.DONE: (
        _l("%(unit)s says that it is done."),
        _l("Is it not done? Say so by %(day)s, and it goes back to them. Otherwise it will be closed."),
    ),
    State.CLOSED: (_l("It is done and closed."), _l("Does it need to be taken up again? Ring the contact person.")),
    State.DECLINED: (
        _l("We will not take your case further."),
        _l("Do you have questions? Ring the contact person."),
    ),
    State.MERGED: (_l("It is handled together with %(into)s."), _l("We will tell you what happens there.")),
}
JOINED_ENDED = (_l("It was handled together with %(into)s, which has ended."), _l("Read there what came of it."))
DECIDES = _l("%(unit)s will decide by %(day)s what happens next.")
GOES_ON: dict[State, tuple[LazyString, LazyString]] = {  # by state: after an answer from somebody else
    State.RECEIVED: (_l("The answer has come. The case is with %(unit)s."), DECIDES),
    State.ASSIGNED: (_l("The answer has come. The case is with %(unit)s."), SENTENCES_BY_STATE[State.ASSIGNED][1]),
    State.PLANNED: (_l("The answer has come, and %(unit)s goes on."), SENTENCES_BY_STATE[State.PLANNED][1]),
    State.IN_PROGRESS: (_l("The answer has come, and %(unit)s goes on."), SENTENCES_BY_STATE[State.IN_PROGRESS][1]),
}
THANKS: dict[State, LazyString] = {  # by state: after the reporter's own answer
    State.RECEIVED: _l("Thank you for your answer. The case is with %(unit)s."),
    State.ASSIGNED: _l("Thank you for your answer. The case is with %(unit)s."),
    State.PLANNED: _l("Thank you for your answer. %(unit)s goes on."),
    State.IN_PROGRESS: _l("Thank you for your answer. %(unit)s goes on."),
}
AFTER: dict[tuple[State, str], tuple[LazyString, LazyString]] = {  # by state and the event that led to it
    (State.RECEIVED, "case.sent_back"): (
        _l("%(by_unit)s says that it is not theirs. Now it is with %(unit)s."),
        DECIDES,
    ),
    (State.RECEIVED, "case.taken_up"): (_l("It has been on hold. Now %(unit)s is taking it up again."), DECIDES),
    (State.ASSIGNED, "case.contested"): (
        _l("It was not done. It is back with %(unit)s."),
        SENTENCES_BY_STATE[State.ASSIGNED][1],
    ),
    (State.ASSIGNED, "case.reopened"): (
        _l("It has been taken up again and is with %(unit)s."),
        SENTENCES_BY_STATE[State.ASSIGNED][1],
    ),
    **{(state, "case.answered"): sentences for state, sentences in GOES_ON.items()},
}
ASKED_THE_REPORTER = (_l("We need an answer from you."), _l("Please answer by %(day)s."))
MISSED: dict[State, LazyString] = {  # what was to happen by a day that has passed
    State.RECEIVED: _l("Somebody should have decided by %(day)s what happens next. That has not happened."),
    State.ASSIGNED: _l("You should have had an answer or a plan by %(day)s. You have not had it."),
    State.PLANNED: _l("It should have been done by %(day)s. It is not."),
    State.IN_PROGRESS: _l("You should have heard from us by %(day)s. You have not."),
    State.WAITING: _l("We should have followed it up by %(day)s. We have not."),
    State.PARKED: _l("It should have been taken up again on %(day)s. That will happen any moment now."),
    State.DONE: _l("The last day to object was %(day)s. Nobody did, so the case will be closed."),
}
REPLIED = (
    _l("%(unit)s says that it is done. A reply by e-mail has come."),
    _l("Somebody will read the reply by %(day)s. The case is not closed before that."),
)
MISSED_REPLY = _l("Somebody should have read the reply by %(day)s. That has not happened. The case is not closed.")
MISSED_READING = _l("%(unit)s should have read it by %(day)s. That has not happened.")
MISSED_ANSWER = _l("We asked for your answer by %(day)s. You can still give it.")
NO_LATENESS = frozenset({State.PARKED, State.DONE})
IS_FOLLOWED_UP = _l("The contact person knows and is finding out why.")
IS_REMINDED = _l("Those who have it are reminded until something happens.")
YOU_WROTE = _l("What you have written")
CHIPS: Mapping[str, LazyString] = {  # by the event that led to the state, where its name says too little
    "case.contested": _l("Taken up again"),
    "case.reopened": _l("Taken up again"),
}
HEADINGS: Mapping[State, LazyString] = {
    State.WAITING: _l("What we ask"),
    State.PARKED: _l("The reason"),
    State.DONE: _l("The answer"),
    State.CLOSED: _l("The answer"),
    State.DECLINED: _l("The reason"),
    State.MERGED: _l("The reason"),
}


def where_it_stands(session: Session, case: Case, reader: Actor, now: datetime) -> Standing:
    """Build the sentences that tell `reader` where the case stands at the moment `now`."""
    step, today = last_step_of(session, case, reader), current().database.calendar.day_of(now)
    joined = joined_case(case)
    facts = {
        "unit": case.responsible.name,
        "by_unit": _unit_name(session, step.by_unit),
        "day": day_words(case.due_at) if case.due_at else "",
        "whom": _awaited_name(case),
        "into": joined.ref if joined else "",
    }
    present, following = _sentences(case, step, is_own=takes_part(reader, case))
    has_passed = case.due_at is not None and case.due_at < now
    return Standing(
        now=str(present) % facts,
        chip=str(CHIPS.get(step.type) or STATE_NAMES[case.state]),
        next=_what_follows(case) if has_passed else str(following) % facts,
        late=str(_missed(case, step)) % facts if has_passed else "",
        promise=_promise_sentence(case, today),
        said=step.said,
        heading=str(YOU_WROTE if step.is_own else HEADINGS.get(case.state) or _l("What we have written")),
        may_contest=case.state is State.DONE and (case.unread_reply is not None or not has_passed),
    )


def _sentences(case: Case, step: LastStep, *, is_own: bool) -> tuple[LazyString, LazyString]:
    if case.waits_for_reporter and is_own:
        return ASKED_THE_REPORTER
    if (joined := joined_case(case)) is not None and not joined.is_open:
        return JOINED_ENDED
    if case.unread_reply is not None and is_own:
        return REPLIED
    present, following = AFTER.get((case.state, step.type), SENTENCES_BY_STATE[case.state])
    if step.type == "case.answered" and step.by == ActorKind.REPORTER and is_own:
        present = THANKS.get(case.state, present)
    return present, following


def _missed(case: Case, step: LastStep) -> LazyString:
    if case.waits_for_reporter:
        return MISSED_ANSWER
    if case.unread_reply is not None:
        return MISSED_REPLY
    if case.state is State.RECEIVED and step.type == "case.received":
        return MISSED_READING
    return MISSED[case.state]


def _what_follows(case: Case) -> str:
    """Return what happens next with a case whose day has passed; "" where the sentence on the day says it."""
    if case.state in NO_LATENESS or case.waits_for_reporter:
        return ""
    return str(IS_FOLLOWED_UP if case.highest_rung >= DELAYED_RUNG else IS_REMINDED)


def _promise_sentence(case: Case, today: date) -> str:
    """Return the sentence on the promised day, unless the sentence on what comes next names the same day."""
    if case.promised_on is None or not case.is_open or case.state is State.DONE:
        return ""
    day = day_words(case.promised_on)
    if case.promise_breaks_at is None or case.promised_on < today:
        return gettext("We promised you %(day)s, and did not keep the promise.", day=day)
    same_day = case.due_at is not None and current().database.calendar.day_of(case.due_at) == case.promised_on
    return "" if case.state is State.PLANNED and same_day else gettext("We have promised you %(day)s.", day=day)


def _unit_name(session: Session, slug: str | None) -> str:
    return session.scalar(select(Unit.name).where(Unit.slug == slug)) or "" if slug else ""


def _awaited_name(case: Case) -> str:
    if case.waits_for_reporter:
        return gettext("an answer from the person who asked")
    name: str | None = case.waiting_unit.name if case.waiting_unit else mask(case.waiting_name or "")
    return name or gettext("somebody else")
