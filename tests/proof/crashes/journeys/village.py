"""A group adopts its plan and reports an item done; the contact person logs a contact with questions."""

from datetime import date
from functools import partial

from cases.states import State
from proof.crashes.acting import changed
from proof.crashes.acting_in_village import adopted, contact_logged, drafted
from proof.crashes.journeys.journey import Journey, Step

STEPS: tuple[Step, ...] = (
    adopted,
    partial(
        changed, title="Måla bystugan", to=State.DONE, by="ombud", note="Målad i grönt.", done_on=date(2026, 3, 1),
        done_by="Målarlaget",
    ),
    contact_logged,
)  # fmt: skip
IN_A_VILLAGE = Journey("plan adopted, item done, contact logged", STEPS, (drafted,))
