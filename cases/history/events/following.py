"""Somebody outside follows a case. Facts hold ids of rows, never an address."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FollowerAskedToConfirm(DomainEvent):
    """Somebody asked to follow a case, and the address must confirm it by the link in a letter.

    Stands in the stream of the municipality, since nothing has happened to the case yet.
    """

    type: ClassVar[str] = "house.follower_asked"
    link: int
    follower: int


@dataclass(frozen=True, kw_only=True)
class CaseFollowed(DomainEvent):
    """A follower confirmed their address, and gets letters about the case from now on."""

    type: ClassVar[str] = "case.followed"
    changing: ClassVar[bool] = False
    follower: int


@dataclass(frozen=True, kw_only=True)
class CaseUnfollowed(DomainEvent):
    """A follower wants no more letters about the case."""

    type: ClassVar[str] = "case.unfollowed"
    changing: ClassVar[bool] = False
    follower: int
