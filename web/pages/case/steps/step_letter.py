"""What a step would tell, shown before it is taken: the day that it promises, and the letter itself."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.case import Case
from notifications.previewing import LetterPreview, letter_about
from web.current import current
from web.language.dates import day_words

TO = {
    "reporter": _l("The one who asked"),
    "followers": _l("Those who follow the case"),
}


@dataclass(frozen=True)
class StepLetter:
    """The letter that a step would send, as a page shows it; `letter` is None when nobody would be told.

    `to` says who gets it, and `day` by which day the case is due after the step, in words, "" when it has no such day.
    """

    to: str
    day: str
    letter: LetterPreview | None


def letter_of_step(session: Session, case: Case, events: list[int]) -> StepLetter:
    """Return what the step that wrote these events would tell. The caller rolls the transaction back."""
    letter = letter_about(session, events, current().settings.secret_key)
    day = day_words(case.due_at) if case.due_at else ""
    return StepLetter(_name_of(case, letter) if letter else "", day, letter)


def _name_of(case: Case, letter: LetterPreview) -> str:
    if letter.audience == "group" and case.group:
        return case.group.name
    if letter.audience == "asked" and case.waiting_unit:
        return case.waiting_unit.name
    if letter.audience in TO:
        return str(TO[letter.audience])
    officer = case.officer.name if case.officer else ""
    return officer or case.responsible.name
