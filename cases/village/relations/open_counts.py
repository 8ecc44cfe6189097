"""How many open cases each group has, counted in one way for all pages that say it."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.units import Unit, UnitKind
from cases.states import LADDER_STATES

OF_A_UNIT = (Case.responsible_id, Case.group_id, Case.waiting_unit_id)  # it has it, handed it in, or is waited for
IS_A_GROUP = Unit.kind == UnitKind.GROUP


def open_counts(session: Session, which: ColumnElement[bool] = IS_A_GROUP) -> Mapping[int, int]:
    """Return by the id of the unit how many open cases it has, handed in, or is waited for, neither on hold nor done.

    They are those that the unit's own page lists as open. A unit without any is left out. `which` is the condition on
    the units.
    """
    units = select(Unit.id).where(which)
    parts = [
        select(column.label("unit_id"), Case.id).where(
            column.is_not(None), column.in_(units), Case.due_at.is_not(None), Case.state.in_(LADDER_STATES)
        )
        for column in OF_A_UNIT
    ]
    found = union(*parts).subquery()
    rows = session.execute(select(found.c.unit_id, func.count()).group_by(found.c.unit_id))
    return dict(rows.all())
