"""Events of the municipality: they concern the whole installation, and no single case."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class HouseSettingChanged(DomainEvent):
    """A setup file or an import changed settings other than people and units.

    `what` names each thing that changed as "kind:name", such as "category:trafik".
    """

    type: ClassVar[str] = "house.setting_changed"
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class MorningCame(DomainEvent):
    """The figures of the desk's morning letter, recorded once each day.

    `breaches` counts the guarantees that the independent check found broken; `all_clear` is True when there are none.
    `cases` are the references of the cases that it named, the first 20 of them; None when it named none.
    `head` is one SHA-256 hash over the hashes of the last events of each case and of the municipality. Since the
    morning letter before, `received` cases were handed in, `parked_back` came back from being parked, and `sent_back`
    were sent back by a unit. Now, `due` cases are due today, `overdue` cases are overdue, `calls` people are to be
    rung, and `set_aside` pieces of work are set aside. `junk` mails came in that are likely to be junk, and are no
    part of `received`; None when there were none. `unread_mailboxes` are those that cannot be read, each with the
    local day since when; None when all can.
    """

    type: ClassVar[str] = "house.morning"
    day: str
    all_clear: bool
    breaches: int
    head: str
    received: int
    due: int
    overdue: int
    parked_back: int
    sent_back: int
    calls: int
    set_aside: int
    cases: list[str] | None = None
    unread_mailboxes: dict[str, str] | None = None
    junk: int | None = None


@dataclass(frozen=True, kw_only=True)
class MailTrouble(DomainEvent):
    """Something about incoming mail that a person must look at; told once, until it is over.

    `what` is "mailbox" (it cannot be read), "too_big" (a mail was moved aside unread), "flood" (so much came in within
    an hour that it is taken for junk) or "own_address" (other mail servers do not accept our own address). `source`
    names the mailbox, when it is about one; `count` how many mails, when they were counted.
    """

    type: ClassVar[str] = "house.mail_trouble"
    what: str
    source: str | None = None
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class SetAside(DomainEvent):
    """An alarm: the machine gave up a piece of work that failed too often, and a person must decide.

    `reason` says why it failed. `what` is the table that holds the work, such as "delivery", and `row` is the id of the
    row there.
    """

    type: ClassVar[str] = "house.set_aside"
    what: str  # "work", "tick", "delivery" or "inbound"
    row: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SentAgain(DomainEvent):
    """A person ordered another attempt at work that had been set aside.

    `what` is the name of the table that holds the work, `row` the id of the row there.
    """

    type: ClassVar[str] = "house.sent_again"
    what: str
    row: int


@dataclass(frozen=True, kw_only=True)
class HouseExported(DomainEvent):
    """So many cases were written to a file.

    By a command with what is known of those who asked, or by somebody of the staff from their list, without that.
    """

    type: ClassVar[str] = "house.exported"
    cases: int
