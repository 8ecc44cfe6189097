"""Refusals: the exceptions of the domain, each named for what was refused. They know no HTTP and no language.

The web turns `code` into a sentence in the user's language, with `facts` filled in. The command line prints the
first line of the class's docstring.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


class Refusal(Exception):
    """Something that the domain will not do."""

    code: ClassVar[str] = "refused"

    @property
    def facts(self) -> dict[str, Any]:
        """The values that the sentence can name, by field name."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(f'{key}={value}' for key, value in self.facts.items())}"


@dataclass
class NotFound(Refusal):
    """There is no such case for the one who asks."""

    code: ClassVar[str] = "not-found"
    ref: str = ""


@dataclass
class NotAllowed(Refusal):
    """Somebody else may do this, but not the one who asks."""

    code: ClassVar[str] = "not-allowed"
    step: str = ""


@dataclass
class TransitionNotAllowed(Refusal):
    """The life of a case has no such step."""

    code: ClassVar[str] = "transition-not-allowed"
    state: str = ""
    to: str = ""


@dataclass
class StaleVersion(Refusal):
    """Somebody else changed the case since the asker read it. `since` holds what happened, as (seq, type)."""

    code: ClassVar[str] = "stale-version"
    version: int = 0
    since: tuple[tuple[int, str], ...] = ()


@dataclass
class FieldRefusal(Refusal):
    """One thing that was given cannot be used."""

    code: ClassVar[str] = "bad-field"
    field: str = ""


@dataclass
class WordsNeeded(FieldRefusal):
    """This step needs words that the one who asked gets (G7)."""

    code: ClassVar[str] = "words-needed"


@dataclass
class DateNeeded(FieldRefusal):
    """This step needs a date that a person chooses."""

    code: ClassVar[str] = "date-needed"


@dataclass
class DateOutside(FieldRefusal):
    """The date is too early or too late. `earliest` and `latest` are local dates, ISO."""

    code: ClassVar[str] = "date-outside"
    earliest: str = ""
    latest: str = ""


@dataclass
class NameNeeded(FieldRefusal):
    """This step must say which unit, or whom it waits for, or which case it is merged into."""

    code: ClassVar[str] = "name-needed"


@dataclass
class UnknownName(FieldRefusal):
    """There is no active unit, category, place, person or case with that name."""

    code: ClassVar[str] = "unknown-name"
    name: str = ""


@dataclass
class CannotHoldCases(FieldRefusal):
    """Boards, the forum and the council are what a case waits for; they are never responsible."""

    code: ClassVar[str] = "cannot-hold-cases"
    name: str = ""


@dataclass
class MergedIntoItself(FieldRefusal):
    """A case can be merged only into another one that is open."""

    code: ClassVar[str] = "merge-target"
    name: str = ""


@dataclass
class MembersOnly(FieldRefusal):
    """Only a group's own members, and staff, may hand in on its behalf."""

    code: ClassVar[str] = "members-only"
    name: str = ""


@dataclass
class TooLong(FieldRefusal):
    """The text is longer than `most` characters."""

    code: ClassVar[str] = "too-long"
    most: int = 0


@dataclass
class FileRefused(FieldRefusal):
    """Only JPEG, PNG and PDF of a limited size are taken."""

    code: ClassVar[str] = "file-refused"
    name: str = ""


@dataclass
class AlreadyThere(FieldRefusal):
    """The name is taken."""

    code: ClassVar[str] = "already-there"
    name: str = ""


@dataclass
class StillResponsible(Refusal):
    """A unit with open cases cannot be switched off; `count` says how many."""

    code: ClassVar[str] = "still-responsible"
    name: str = ""
    count: int = 0


@dataclass
class ClockTrouble(Refusal):
    """This machine's clock and the database's differ by more than five minutes."""

    code: ClassVar[str] = "clock-trouble"
    seconds: int = 0
