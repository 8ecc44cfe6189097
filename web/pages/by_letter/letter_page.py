"""The page that the link in a letter opens: the case in a few words, and a button for each step of its reader."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.case import Case
from cases.organisation.units import UnitKind
from cases.reading.details import read_details
from cases.states import SETS_STATE, State, Step
from notifications.letter_links.link import Moments
from notifications.letter_links.using import LinkEnd, OpenedLink, open_link
from web.current import current, machine_now, right_now, today
from web.language.gettext import gettext
from web.language.labels import STEP_ICONS, mailbox_name, step_name, words_of_step
from web.language.standings import Standing, where_it_stands
from web.pages.by_letter.link_cookie import kept_token
from web.pages.case.steps.step_letter import StepLetters
from web.pages.case.timeline import TimelineLine, lines_of
from web.pages.forms import Form
from web.pages.options import Choices, units_to_choose
from web.requests.identity.caller import current_actor

ENDED = {
    LinkEnd.USED: _l("You have used this link. To do more, use the link in a later e-mail."),
    LinkEnd.PUT_OUT: _l("This link has been put out."),
    LinkEnd.MOVED_ON: _l("The case has gone on since the e-mail was written, so there is nothing to answer here."),
    LinkEnd.EXPIRED: _l("This link is too old."),
    LinkEnd.LOST: _l("This link no longer opens the case for you."),
    LinkEnd.ANSWERED: _l("Somebody has answered already. Thank you."),
    LinkEnd.LOG_IN: _l("You need to log in to answer."),
}
ANSWERED_AND_CLOSED = _l("You have answered by this link. The case is closed.")
GRADES = (
    (1, _l("1, very bad")),
    (2, "2"),
    (3, "3"),
    (4, "4"),
    (5, _l("5, very good")),
)
TITLES = {"wait": _l("Ask the person who asked"), "finish": _l("Done"), "plan": _l("New date")}
HEARD = frozenset({"case.answered", "case.commented", "case.contested"})  # what may be written to those who have it
TOLD_SINCE = SETS_STATE | {"case.confirmed"}
MAY_BE_WORDLESS = frozenset({"plan", "confirm"})


@dataclass(frozen=True)
class LetterButton:
    """A step that the reader of a letter may take: its name, title and icon, and what its form asks for."""

    step: Step
    title: str
    icon: str
    words: str

    @property
    def name(self) -> str:
        """The step's name in `cases.states.STEPS`."""
        return self.step.name

    @property
    def asks_day(self) -> bool:
        """Whether the step needs a day."""
        return "due_on" in self.step.needs

    @property
    def asks_whom(self) -> bool:
        """Whether the step needs to know whom the case waits for."""
        return "waiting_for" in self.step.needs

    @property
    def may_be_wordless(self) -> bool:
        """Whether the words may be left out."""
        return self.step.name in MAY_BE_WORDLESS


def moments() -> Moments:
    """Return when this request uses a link."""
    return Moments(at=right_now(), machine=machine_now(), day=today())


def opened(session: Session, number: int, *, locked: bool = False) -> OpenedLink:
    """Return what the link with this number opens for the browser of this request.

    Raises `NotFound` for a browser that has not opened the link.
    """
    return open_link(session, number, kept_token(), moments(), locked=locked)


def letter_page(number: int, form: Form | None = None, letters: StepLetters | None = None) -> str:
    """Return the page of the link with this number as HTML; with `form`, one that was refused is shown again.

    `letters` are what the step in the form would send.
    """
    with current().database.reading() as session:
        link = opened(session, number)
        shown = _case_shown(session, link) if link.actor is not None else {}
        return render_template(
            "by_letter/answer.html",
            number=number,
            link=link,
            case=link.case if link.actor is not None else None,
            form=form or Form(),
            step_letters=letters,
            sentence=_sentence(link),
            may_log_in=link.link.party_id is None,
            is_logged_in=current_actor().person_id is not None,
            ref=link.case.ref if link.actor is not None else None,
            **shown,
        )


def _sentence(link: OpenedLink) -> str | None:
    """Return why the link acts no more; None while it does."""
    if link.ended is None:
        return None
    is_answered = link.ended is LinkEnd.USED and link.case.state is State.CLOSED
    return str(ANSWERED_AND_CLOSED if is_answered else ENDED[link.ended])


def _case_shown(session: Session, link: OpenedLink) -> dict[str, Any]:
    case, actor = link.case, link.actor
    if actor is None:
        return {}
    lines = lines_of(session, case, actor, since=0 if link.holds_the_case else link.link.seq)
    since = [line for line in lines if line.seq > link.link.seq]
    stands = where_it_stands(session, case, actor, right_now())
    return {
        "acts_as": mailbox_name(actor.name) if link.is_mailbox else actor.name,
        "is_outside": not link.holds_the_case,
        "stands": stands,
        "heard": _heard(lines, stands) if link.holds_the_case else None,
        "description": read_details(session, case, actor).description,
        "buttons": [_button(step, case) for step in link.steps],
        "grades": GRADES,
        "whom": _whom(session, case),
        "since": [line for line in since if line.type in TOLD_SINCE],
        "now": right_now(),
        "is_reporter": actor.kind is ActorKind.REPORTER,
    }


def _heard(lines: list[TimelineLine], stands: Standing) -> TimelineLine | None:
    """Return what was last written to those who have the case, when that was after what they themselves wrote."""
    latest = next((line for line in lines if line.said and line.type in HEARD), None)
    if latest is None or (stands.said is not None and stands.said.at >= latest.at):
        return None
    return latest


def _button(step: Step, case: Case) -> LetterButton:
    title = TITLES.get(step.name) or step_name(step.name, case.state)
    if step.name == "wait" and case.reporter_id is None:
        title = step_name(step.name, case.state)
    if step.name == "answer" and not case.waits_for_reporter and case.waiting_unit is None:
        title = step_name(step.name, case.state)
    elif step.name == "answer":
        title = gettext("Answer")
    return LetterButton(step, str(title), STEP_ICONS[step.name], words_of_step(step.name))


def _whom(session: Session, case: Case) -> Choices:
    """Return whom the case may wait for by a letter: the person who asked first, and then the units."""
    asker = [("reporter", gettext("The person who asked"))] if case.reporter_id is not None else []
    units = units_to_choose(session, *UnitKind)
    return asker + [(f"unit:{slug}", name) for slug, name in units if slug not in {"desk", case.responsible.slug}]
