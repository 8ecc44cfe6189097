"""What a step would tell, shown before it is taken: the day that it promises, and the letters themselves."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from notifications.previewing import LetterPreview, letters_about
from web.current import current
from web.language.dates import day_words

TO = {
    "reporter": _l("The person who asked"),
    "followers": _l("Those who follow the case"),
    "contact": _l("The contact person"),
}


@dataclass(frozen=True)
class StepLetters:
    """The letters that a step would send, as a page shows them: one for each audience, with who gets it.

    `day` is by which day the case is due after the step, in words, "" when it has no such day.
    """

    day: str
    letters: list[tuple[str, LetterPreview]]


class _NotKept(Exception):
    """Ends a transaction whose changes were only to be looked at."""


@contextmanager
def only_looked_at() -> Iterator[Session]:
    """Open a transaction in which a step may be taken to see what it would tell: at its end it is rolled back."""
    with suppress(_NotKept), current().database.transaction() as session:
        yield session
        raise _NotKept


def letters_of_step(session: Session, case: Case, events: list[int], reader: Actor) -> StepLetters:
    """Return what the step that wrote these events would tell, as `reader` may see it.

    Who belongs to a group does not read in a letter to the desk how the one who asked is reached. The caller rolls the
    transaction back.
    """
    letters = letters_about(session, events, current().settings.secret_key, names_asker=reader.works_here)
    day = day_words(case.due_at) if case.due_at else ""
    return StepLetters(day, [(_name_of(case, letter), letter) for letter in letters])


def _name_of(case: Case, letter: LetterPreview) -> str:
    if letter.audience == "group" and case.group:
        return case.group.name
    if letter.audience == "asked" and case.waiting_unit:
        return case.waiting_unit.name
    if letter.audience in TO:
        return str(TO[letter.audience])
    officer = case.officer.name if case.officer else ""
    return officer or case.responsible.name
