"""Visibility: who may see which case, and which of its texts. The same rules for pages, lists, search and export.

There are two ways to see a case that is not published. Whoever takes part in it reads it as it is, and writes in it.
Whoever sits in the forum reads it while it is on the forum's agenda: its public texts only, with personal data masked,
no files and no names, and writes nothing in it. A case whose reporter lives under protected identity is never read in
the second way.
"""

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import object_session
from sqlalchemy.sql import false

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.units import Unit
from cases.public.masking import mask
from cases.public.protection import PROTECTED
from cases.states import OPEN, State, Who

TAKES_PART = frozenset({Who.CONTACT, Who.HEAD, Who.UNIT, Who.GROUP, Who.REPORTER, Who.ASKED, Who.STAFF})


def may_see(actor: Actor, case: Case) -> bool:
    """Return whether the actor takes part in the case, or sits in the forum and the case is on its agenda now.

    What is published of a case may be seen by everybody, whatever this returns.
    """
    return takes_part(actor, case) or reads_on_agenda(actor, case)


def takes_part(actor: Actor, case: Case) -> bool:
    """Return whether the actor is staff, is the reporter of the case, or belongs to a unit that takes part in it.

    Such a unit is responsible for the case, handed it in, or is the one that the case waits for; not the forum, whose
    members only read what they are asked (`reads_on_agenda`).
    """
    return bool(actor.roles_in(case) & TAKES_PART)


def reads_on_agenda(actor: Actor, case: Case) -> bool:
    """Return whether the actor sits in the forum, and the case is on its agenda now or waits for it.

    False for an actor who takes part in the case: they read it as it is.
    """
    session = object_session(case)
    if session is None or not actor.seats or takes_part(actor, case):
        return False
    return session.scalar(select(Case.id).where(Case.id == case.id, on_agenda_of(actor))) is not None


def as_read_by(actor: Actor, case: Case, words: str) -> str:
    """Return `words`, a text of the case, as the actor may read it.

    For an actor who does not take part in the case, such as one who sees it on the forum's agenda, personal data is
    masked.
    """
    return words if takes_part(actor, case) else mask(words)


def may_read(actor: Actor, case: Case, visibility: Visibility) -> bool:
    """Return whether the actor may read the case's texts of this visibility.

    Internal texts are for staff, public ones for everybody, all others for those who take part in the case.
    """
    if visibility is Visibility.INTERNAL:
        return actor.is_staff
    return visibility is Visibility.PUBLIC or takes_part(actor, case)


def readable_by(actor: Actor, case: Case) -> tuple[Visibility, ...]:
    """Return the visibilities of the texts in this case that the actor may read."""
    return tuple(visibility for visibility in Visibility if may_read(actor, case, visibility))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that selects the cases that the actor may see.

    Staff see all; others the case that they reported, those in which a unit of theirs takes part, and, if they sit in
    the forum, those that are on its agenda now. `may_see` has the same rule for one case.
    """
    return or_(taken_part_in_by(actor), on_agenda_of(actor)) if actor.seats else taken_part_in_by(actor)


def reads_agenda_of(actor: Actor, body: Unit) -> bool:
    """Return whether the actor may read the agendas of the body, as far as they may open the cases there.

    Staff may, who sits in the body, and who belongs to a group or a board; not those who only sit in other bodies.
    """
    return actor.is_staff or body.id in actor.seats or bool(actor.unit_ids - actor.seats)


def opened_by(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that the actor may open it: they may see it, or it is published."""
    return or_(seen_by(actor), Case.published_at.is_not(None))


def taken_part_in_by(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that the actor takes part in it, as `takes_part` says of one case."""
    if actor.is_staff:
        return true()
    if actor.kind is ActorKind.REPORTER:
        return Case.id == actor.case_id
    units = list(actor.unit_ids - actor.seats)
    if not units:
        return false()
    of_group = and_(Case.group_id.is_not(None), Case.group_id.in_(units))  # never NULL, so that its opposite is true
    waits = and_(Case.waiting_unit_id.is_not(None), Case.waiting_unit_id.in_(units))
    return or_(Case.responsible_id.in_(units), of_group, waits)


def on_agenda_of(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that it is not settled, and on the agenda of a body in which the actor sits.

    It is there while it has an open item, or waits for that body. False of a case under protected identity.
    """
    seats = list(actor.seats)
    if not seats:
        return false()
    there = or_(Case.waiting_unit_id.in_(seats), Case.id.in_(_open_items(seats)))
    return and_(there, Case.state.in_(sorted(OPEN - {State.DONE})), ~PROTECTED)


def _open_items(seats: list[int]) -> Select[int | None]:
    of_bodies = (AgendaItem.settled_at.is_(None), AgendaItem.case_id.is_not(None), AgendaItem.body_id.in_(seats))
    return select(AgendaItem.case_id).where(*of_bodies)
