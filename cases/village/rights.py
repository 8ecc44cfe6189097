"""Rights: who may do each act of the village method, in one table."""

from dataclasses import replace
from enum import StrEnum

from cases.access.actors import AT_THE_DESK, Actor
from cases.organisation.units import Unit
from cases.refusals import NotAllowed


class Right(StrEnum):
    """The capacities in which somebody may act: as a member of the unit whose it is, as contact person, as staff.

    The secretary is whoever is staff in the unit whose it is; the administrator needs no unit.
    """

    OWN_GROUP = "own_group"
    CONTACT = "contact"
    STAFF = "staff"
    SECRETARY = "secretary"
    ADMIN = "admin"


OF_THE_GROUP = frozenset({Right.OWN_GROUP, Right.CONTACT})  # the contact person acts for a group that rings
AT_THE_TABLE = frozenset({Right.CONTACT, Right.SECRETARY})
ACTS: dict[str, frozenset[Right]] = {
    "read_draft": frozenset({Right.OWN_GROUP, Right.CONTACT, Right.STAFF}),
    "draft_plan": OF_THE_GROUP,
    "adopt_plan": OF_THE_GROUP,
    "show_anchoring": OF_THE_GROUP,
    "put_report_right": OF_THE_GROUP,
    "log_contact": frozenset({Right.STAFF}),
    "give_seat": frozenset({Right.CONTACT, Right.ADMIN}),
    "call_meeting": AT_THE_TABLE | {Right.ADMIN},
    "put_agenda": AT_THE_TABLE,
    "send_agenda": AT_THE_TABLE,
    "settle_item": AT_THE_TABLE,
    "close_meeting": AT_THE_TABLE,
    "adjust_minutes": AT_THE_TABLE,
    "enter_in_register": frozenset({Right.STAFF}),
}


def may(act: str, by: Actor, unit: Unit) -> bool:
    """Return whether the actor may do this act of `ACTS`, in a matter of this unit."""
    return bool(ACTS[act] & _rights_of(by, unit))


def require(act: str, by: Actor, unit: Unit) -> None:
    """Raise `NotAllowed` unless the actor may do this act of `ACTS`, in a matter of this unit."""
    if not may(act, by, unit):
        raise NotAllowed(step=act)


def as_desk_alone(by: Actor) -> Actor:
    """Return the actor in the capacity of the desk alone, for the steps that an act takes which is theirs by `ACTS`.

    The events name the same person.
    """
    return replace(by, roles=(AT_THE_DESK,))


def _rights_of(by: Actor, unit: Unit) -> frozenset[Right]:
    held = {
        Right.OWN_GROUP: by.is_in(unit.id), Right.CONTACT: by.is_contact, Right.STAFF: by.is_staff,
        Right.SECRETARY: by.is_staff and by.is_in(unit.id), Right.ADMIN: by.is_admin,
    }  # fmt: skip
    return frozenset(right for right, is_held in held.items() if is_held)
