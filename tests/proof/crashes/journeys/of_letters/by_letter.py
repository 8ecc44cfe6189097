"""A department's shared mailbox says done by the link in its letter, and the one who asked says yes by theirs."""

from functools import partial

from sqlalchemy import select
from support.letters.letters_used import answer_letter

from cases.case import Case
from cases.progress import Change
from cases.states import State
from proof.crashes.acting import changed, handed_in, now_of
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step

LAMP = "Lampan är trasig"


def answered(process: Process, step: str, to: State, note: str | None) -> None:
    """Let all letters be sent, and take the step by the last one, unless the case has come as far."""
    process.settle()
    with process.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.title == LAMP)).one()
        if case.state is not to:
            change, key = Change(to, step=step, note=note), process.world.settings.secret_key
            answer_letter(session, case.ref, change, key=key, at=now_of(process))


STEPS: tuple[Step, ...] = (
    partial(answered, step="finish", to=State.DONE, note="Den lyser igen."),
    partial(answered, step="confirm", to=State.CLOSED, note=None),
)
BY_LETTER = Journey(
    "answered by letter",
    STEPS,
    before=(
        partial(handed_in, title=LAMP),
        partial(changed, title=LAMP, to=State.ASSIGNED, note="Er lampa?", responsible="gata"),
    ),
)
