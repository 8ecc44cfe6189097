"""Events of people who follow a case by mail. Their facts hold ids of rows, never an address."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FollowerAskedToConfirm(DomainEvent):
    """Somebody asked to follow a case, and gets a letter with a link that confirms their address.

    The event is recorded for the municipality and not for the case, since nothing has happened to the case yet. `link`
    and `follower` are the ids of the rows of the link and of the follower.
    """

    type: ClassVar[str] = "house.follower_asked"
    link: int
    follower: int


@dataclass(frozen=True, kw_only=True)
class CaseFollowed(DomainEvent):
    """A follower confirmed their address, and gets letters about the case from now on.

    `follower` is the id of the follower's row.
    """

    type: ClassVar[str] = "case.followed"
    changing: ClassVar[bool] = False
    follower: int


@dataclass(frozen=True, kw_only=True)
class CaseUnfollowed(DomainEvent):
    """A follower unsubscribed, and gets no more letters about the case.

    `follower` is the id of the follower's row.
    """

    type: ClassVar[str] = "case.unfollowed"
    changing: ClassVar[bool] = False
    follower: int
