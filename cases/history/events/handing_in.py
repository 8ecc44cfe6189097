"""The event with which a case begins."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseReceived(DomainEvent):
    """A case was handed in, and its first clock runs until the end of `due_on`.

    `origin` is "proposal" when it was handed in as a proposal but recorded as an issue, because this municipality takes
    no proposals. `obligation` says what somebody owes by that day, `subject` whose or which (see `cases.village`); both
    are None for what nobody owes. `contact` is the number of the contact with a group at which it was taken down.
    `plan` is the slug of the plan of which the case is an item: the adoption is told, and not this. `perspective` is
    the slug of whose view it is about. `junk` is True for a mail that is likely to be junk. `follows` is set for a duty
    that comes again: the reference of the closed duty before it.
    """

    type: ClassVar[str] = "case.received"
    kind: str
    channel: str
    responsible: str
    due_on: str
    origin: str | None = None
    category: str | None = None
    place: str | None = None
    group: str | None = None
    obligation: str | None = None
    subject: str | None = None
    contact: int | None = None
    plan: str | None = None
    perspective: str | None = None
    junk: bool | None = None
    follows: str | None = None  # the duty that this one continues
