"""Events of the relation to a group: a contact with it was logged."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ContactLogged(DomainEvent):
    """Somebody of the municipality was in contact with the group `group` on the day `on`, in the way `how`.

    Written beside the step that plans the next contact, agreed for `next_on`. `questions` is how many were taken down,
    each as a case of its own. `replaces` is the number of the record that this one puts right, if any.
    """

    type: ClassVar[str] = "contact.logged"
    group: str
    how: str
    on: str
    next_on: str
    questions: int
    replaces: int | None = None
