"""The one thing that somebody can do with a case: answer the question that it waits with, or object to its end."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.reading.last_step import SaidWords, last_step_of
from cases.states import HOLDERS, State
from web.pages.case.steps.available_steps import AvailableStep


@dataclass(frozen=True)
class AskedQuestion:
    """What was asked or answered, as far as the reader may read it (None: nothing), and the step that is theirs.

    `agrees` is the step by which they say yes instead of objecting, if that is theirs too.
    """

    asked: SaidWords | None
    step: AvailableStep
    agrees: AvailableStep | None = None

    @property
    def is_objection(self) -> bool:
        """Whether the step is to say that the case is not done."""
        return self.step.name == "contest"


ONLY_STEPS = {State.WAITING: "answer", State.DONE: "contest"}


def question_to(actor: Actor, session: Session, case: Case, steps: list[AvailableStep]) -> AskedQuestion | None:
    """Return the question if all that `actor` can do with the case is to answer it, or to object; else None.

    `steps` are those that they may take. Whoever holds the case has more to choose from, and may go on without words.
    """
    holds = actor.is_contact or bool(actor.roles_in(case) & set(HOLDERS))
    own = {one.name: one for one in steps}
    agrees = own.pop("confirm", None)
    if holds or list(own) != [ONLY_STEPS.get(case.state)]:
        return None
    return AskedQuestion(last_step_of(session, case, actor).said, next(iter(own.values())), agrees)
