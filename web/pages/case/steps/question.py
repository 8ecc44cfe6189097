"""The question that a case waits with: for those who are asked, and who can do nothing else with the case."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.last_step import SaidWords, last_step_of
from cases.states import HOLDERS, State
from web.pages.case.steps.available_steps import AvailableStep


@dataclass(frozen=True)
class AskedQuestion:
    """What was asked, as far as the reader may read it (None: nothing), and the step with which they answer."""

    asked: SaidWords | None
    step: AvailableStep


def question_to(actor: Actor, session: Session, case: Case, steps: list[AvailableStep]) -> AskedQuestion | None:
    """Return the question if all that `actor` can do with the case is to answer it; else None.

    `steps` are those that they may take. Whoever holds the case has more to choose from, and may go on without words.
    """
    holds = actor.is_contact or bool(actor.roles_in(case) & set(HOLDERS))
    if case.state is not State.WAITING or holds or [one.name for one in steps] != ["answer"]:
        return None
    return AskedQuestion(last_step_of(session, case, actor).said, steps[0])
