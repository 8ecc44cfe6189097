"""Visibility: who may see which case, and which of its texts. The same rules for pages, lists, search and export."""

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import object_session
from sqlalchemy.sql import false

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.units import FORUM, Unit
from cases.public.masking import mask
from cases.states import Who

TAKES_PART = frozenset({Who.CONTACT, Who.HEAD, Who.UNIT, Who.GROUP, Who.REPORTER, Who.ASKED, Who.STAFF})


def may_see(actor: Actor, case: Case) -> bool:
    """Return whether the actor takes part in the case, or sits in the forum and the case is or was on its agenda.

    What is published of a case may be seen by everybody, whatever this returns.
    """
    return takes_part(actor, case) or _sees_on_agenda(actor, case)


def takes_part(actor: Actor, case: Case) -> bool:
    """Return whether the actor is staff, is the reporter of the case, or belongs to a unit that takes part in it.

    Such a unit is responsible for the case, handed it in, or is the one that the case waits for.
    """
    return bool(actor.roles_in(case) & TAKES_PART)


def as_read_by(actor: Actor, case: Case, words: str) -> str:
    """Return `words`, a text of the case, as the actor may read it.

    For an actor who does not take part in the case, such as one who sees it on the forum's agenda, personal data is
    masked.
    """
    return words if takes_part(actor, case) else mask(words)


def may_read(actor: Actor, case: Case, visibility: Visibility) -> bool:
    """Return whether the actor may read the case's texts of this visibility.

    Internal texts are for staff, public ones for everybody, all others for those who may see the case.
    """
    if visibility is Visibility.INTERNAL:
        return actor.is_staff
    return visibility is Visibility.PUBLIC or may_see(actor, case)


def readable_by(actor: Actor, case: Case) -> tuple[Visibility, ...]:
    """Return the visibilities of the texts in this case that the actor may read."""
    return tuple(visibility for visibility in Visibility if may_read(actor, case, visibility))


def _sees_on_agenda(actor: Actor, case: Case) -> bool:
    """Return whether the case is or was on the forum's agenda and the actor is one of its representatives."""
    session = object_session(case)
    if session is None or not actor.unit_ids:
        return False
    return session.scalar(_on_the_agenda(actor).where(AgendaItem.case_id == case.id).limit(1)) is not None


def _on_the_agenda(actor: Actor) -> Select[int]:
    in_the_forum = select(Unit.id).where(Unit.slug == FORUM, Unit.id.in_(actor.unit_ids))
    return select(AgendaItem.case_id).where(in_the_forum.exists())


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on `Case` that selects the cases that the actor may see.

    Staff see all; others the case that they reported, those in which a unit of theirs takes part, and, if they sit in
    the forum, those that are or were on its agenda. `may_see` has the same rule for one case.
    """
    if actor.is_staff:
        return true()
    if actor.kind is ActorKind.REPORTER:
        return Case.id == actor.case_id
    if not actor.unit_ids:
        return false()
    units = list(actor.unit_ids)
    return or_(
        Case.responsible_id.in_(units),
        Case.group_id.in_(units),
        Case.waiting_unit_id.in_(units),
        Case.id.in_(_on_the_agenda(actor)),
    )
