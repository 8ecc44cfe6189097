"""Ideas for a plan: what has been asked by a group and from its place, and is not settled yet."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.public.published_filters import published_view
from cases.states import OPEN, Kind, State

MOST_IDEAS = 10
ASKED_KINDS = (Kind.ISSUE.value, Kind.PROPOSAL.value)
UNSETTLED = sorted(OPEN - {State.DONE})


@dataclass(frozen=True)
class Idea:
    """One case that may give an item of a plan: its reference and title, and the local day of its receipt."""

    ref: str
    title: str
    received_on: date


def ideas_for_plan(session: Session, unit: Unit) -> list[Idea]:
    """Return the latest open questions and proposals for those who write the group's plan, the latest first.

    They are those that the group has or has handed in, and, with masked titles, those published from its place; the
    items of plans are not among them. Two queries.
    """
    calendar = calendar_of(session)
    of_unit = or_(Case.responsible_id == unit.id, Case.group_id == unit.id)
    own = select(Case.ref, Case.title, Case.received_at).where(of_unit, Case.kind.in_(ASKED_KINDS))
    own = own.where(Case.state.in_(UNSETTLED)).order_by(Case.received_at.desc(), Case.id.desc()).limit(MOST_IDEAS)
    columns, of_place = published_view.c, select(Place.slug).where(Place.id == unit.place_id).scalar_subquery()
    others = select(columns.ref, columns.title, columns.received_on).where(columns.place == of_place)
    others = others.where(columns.kind.in_(ASKED_KINDS), columns.state.in_(UNSETTLED))
    others = others.order_by(columns.received_on.desc(), columns.id.desc()).limit(MOST_IDEAS)
    found = {ref: Idea(ref, title, on) for ref, title, on in session.execute(others)}
    found |= {ref: Idea(ref, title, calendar.day_of(at)) for ref, title, at in session.execute(own)}
    return sorted(found.values(), key=lambda idea: (idea.received_on, idea.ref), reverse=True)[:MOST_IDEAS]
