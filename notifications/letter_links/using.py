"""Using the link in a letter: what stands open by it now, and the step that is taken with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case, case_to_change, case_to_read
from cases.organisation.municipality import ActFromLetters, municipality
from cases.progress import Change, change_state
from cases.refusals import LetterLinkDead, NotAllowed, NotFound
from cases.satisfaction.answering import SatisfactionGiven, answer_how_it_went
from cases.satisfaction.question import waits_for_answer
from cases.states import HOLDERS, State, Step, Who, steps_open_to
from cases.steps.confirming import confirmed_by, own_side
from notifications.letter_links.holders import holder_of
from notifications.letter_links.link import PUT_OUT, USED, LetterLink, Moments, changed_since, end_link, link_with
from notifications.letter_links.what_is_asked import BY_LETTER

HOLD_THE_CASE = frozenset({Who.UNIT, Who.HEAD, Who.CONTACT, Who.STAFF})
WERE_ASKED = frozenset({Who.REPORTER, Who.GROUP})  # how it went
ASKED_ALONE = frozenset({"confirm", "contest"})


class LinkEnd(StrEnum):
    """Why a link no longer acts. By `LOG_IN` the house wants this reader to log in first.

    By `ANSWERED` somebody else has said how it went.
    """

    USED = "used"
    PUT_OUT = "put_out"
    MOVED_ON = "moved_on"
    EXPIRED = "expired"
    LOST = "lost"
    LOG_IN = "log_in"
    ANSWERED = "answered"


@dataclass(frozen=True)
class OpenedLink:
    """A link that somebody opened: its case, the actor as whom it acts, and the steps that this actor may take by it.

    `ended` says why it acts no more, None while it does. `actor` is None when nothing of the case may be shown by it.
    """

    link: LetterLink
    case: Case
    actor: Actor | None
    steps: tuple[Step, ...]
    ended: LinkEnd | None

    @property
    def asks_how_it_went(self) -> bool:
        """Whether the reader may answer how it went with the case, which was closed."""
        return self.ended is None and self.case.state is State.CLOSED

    @property
    def holds_the_case(self) -> bool:
        """Whether the reader is of the unit that has the case, or of the desk."""
        return self.actor is not None and bool(self.actor.roles_in(self.case) & set(HOLDERS))

    @property
    def is_mailbox(self) -> bool:
        """Whether the letter went to the shared mailbox of a unit."""
        return self.link.party_id is None and self.link.person_id is None


def open_link(session: Session, number: int, token: str, when: Moments, *, locked: bool = False) -> OpenedLink:
    """Return what the link with this number and token opens now. With `locked`, its case is locked to be changed.

    Raises `NotFound` when there is no such link, or the token is that of another one.
    """
    link = session.get(LetterLink, number) if link_with(session, token) == number else None
    if link is None:
        raise NotFound(ref=str(number))
    ref = session.scalars(select(Case.ref).where(Case.id == link.case_id)).one()
    case = (case_to_change if locked else case_to_read)(session, ref)
    if locked:
        session.refresh(link)  # another use of it may have ended while this one waited
    return _opened(session, link, case, when)


def act_by_link(opened: OpenedLink, session: Session, change: Change, when: Moments) -> list[int]:
    """Take the step that the change names, and end the link; return the ids of the events written.

    `opened` must be locked. Raises `LetterLinkDead` when the link acts no more, `NotAllowed` for a step that is none of
    its own, and whatever `change_state` refuses.
    """
    actor = opened.actor
    if opened.ended is not None or actor is None:
        raise LetterLinkDead(why=str(opened.ended))
    step = next((one for one in opened.steps if one.name == change.step), None)
    if step is None:
        raise NotAllowed(step=change.step or "")
    wanted = replace(change, to=step.to, delivery=opened.link.delivery_id)
    events = change_state(session, opened.case, wanted, by=actor, at=when.at)
    end_link(session, opened.link, USED, when.machine)
    return events


def rate_by_link(opened: OpenedLink, session: Session, given: SatisfactionGiven, when: Moments) -> list[int]:
    """Answer how it went, and end the link; return the ids of the events written. `opened` must be locked.

    Raises `LetterLinkDead` when the link does not ask that, and whatever `answer_how_it_went` refuses.
    """
    if opened.actor is None or not opened.asks_how_it_went:
        raise LetterLinkDead(why=opened.ended or "")
    events = answer_how_it_went(session, opened.case, given, by=opened.actor, at=when.at)
    end_link(session, opened.link, USED, when.machine)
    return events


def _opened(session: Session, link: LetterLink, case: Case, when: Moments) -> OpenedLink:
    actor = holder_of(session, link, case, on=when.day)
    if link.ended_as == PUT_OUT:
        return OpenedLink(link, case, None, (), LinkEnd.PUT_OUT)
    if actor is None:
        return OpenedLink(link, case, None, (), LinkEnd.LOST)
    if when.machine >= link.expires_at:
        return OpenedLink(link, case, None, (), LinkEnd.EXPIRED)
    if not _is_open_to(session, actor):
        return OpenedLink(link, case, None, (), LinkEnd.LOG_IN)
    if link.ended_as == USED:
        return OpenedLink(link, case, actor, (), LinkEnd.USED)
    changed = changed_since(session, link)
    if "state" in changed:
        return OpenedLink(link, case, actor, (), LinkEnd.MOVED_ON)
    if case.state is State.CLOSED:
        return _opened_when_closed(session, link, case, actor)
    steps = _steps(session, case, actor, is_handed_over="responsible_id" in changed)
    return OpenedLink(link, case, actor if steps else None, steps, None if steps else LinkEnd.LOST)


def _opened_when_closed(session: Session, link: LetterLink, case: Case, actor: Actor) -> OpenedLink:
    """Return what the link in the question how it went opens: it was written after the case was closed."""
    if not actor.roles_in(case) & WERE_ASKED:
        return OpenedLink(link, case, None, (), LinkEnd.LOST)
    return OpenedLink(link, case, actor, (), None if waits_for_answer(session, case) else LinkEnd.ANSWERED)


def _steps(session: Session, case: Case, actor: Actor, *, is_handed_over: bool) -> tuple[Step, ...]:
    """Return the steps that the actor may take by a letter, in the order of the buttons.

    Who had the case when the letter was written, and has handed it over since, has lost the right to act as the one who
    has it. Staff are not asked whether it is done, and nobody who has said yes is asked again.
    """
    who = actor.roles_in(case) - (HOLD_THE_CASE if is_handed_over else frozenset())
    found = steps_open_to(case.state, who, came_from=case.waiting_from, owes=case.obligation is not None)
    kept: list[Callable[[Step], bool]] = [lambda step: step.name in BY_LETTER]
    if actor.is_staff:
        kept.append(lambda step: step.name not in ASKED_ALONE)
    if case.state is State.DONE and own_side(actor, case) in confirmed_by(session, case):
        kept.append(lambda step: step.name != "confirm")
    open_steps = [step for step in found if all(keep(step) for keep in kept)]
    return tuple(sorted(open_steps, key=lambda step: BY_LETTER.index(step.name)))


def _is_open_to(session: Session, actor: Actor) -> bool:
    """Return whether the house lets this reader act by a letter, as its setting is now."""
    mode = municipality(session).act_from_letters
    return mode == ActFromLetters.ALL or (mode == ActFromLetters.OUTSIDE and not actor.works_here)
