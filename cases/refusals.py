"""Refusals: the exceptions of the domain, each named for what was refused. They know no HTTP and no language.

The web turns `code` into a sentence in the user's language, with `facts` filled in. The command line prints the
first line of the class's docstring.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


class Refusal(Exception):
    """The base of all exceptions by which the domain refuses what was asked of it."""

    code: ClassVar[str] = "refused"

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the refusal, by name: the sentence for the user may contain their values."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(f'{key}={value}' for key, value in self.facts.items())}"


@dataclass
class NotFound(Refusal):
    """There is no such case, or the one who asks may not see it."""

    code: ClassVar[str] = "not-found"
    ref: str = ""


@dataclass
class NotAllowed(Refusal):
    """The one who asks may not do this; somebody else may."""

    code: ClassVar[str] = "not-allowed"
    step: str = ""


@dataclass
class TransitionNotAllowed(Refusal):
    """No step leads from the case's present state to the state that was asked for."""

    code: ClassVar[str] = "transition-not-allowed"
    state: str = ""
    to: str = ""


@dataclass
class StaleVersion(Refusal):
    """Somebody else has changed the case since the caller read it.

    `since` lists the events that the caller has not seen, as (number, type); `version` is the number of the last event.
    """

    code: ClassVar[str] = "stale-version"
    version: int = 0
    since: tuple[tuple[int, str], ...] = ()


@dataclass
class FieldRefusal(Refusal):
    """The value of one field cannot be used; `field` is the name of that field."""

    code: ClassVar[str] = "bad-field"
    field: str = ""


@dataclass
class WordsNeeded(FieldRefusal):
    """A required text is missing.

    Mostly it is the explanation that a step owes to the one who handed in the case (guarantee G7).
    """

    code: ClassVar[str] = "words-needed"


@dataclass
class DateNeeded(FieldRefusal):
    """This step needs a date, and none was given."""

    code: ClassVar[str] = "date-needed"


@dataclass
class DateOutside(FieldRefusal):
    """The date is too early or too late.

    `earliest` and `latest` are the bounds: local dates in ISO format.
    """

    code: ClassVar[str] = "date-outside"
    earliest: str = ""
    latest: str = ""


@dataclass
class NameNeeded(FieldRefusal):
    """This step needs the name of a unit, a person or another case, and none was given."""

    code: ClassVar[str] = "name-needed"


@dataclass
class UnknownName(FieldRefusal):
    """There is no active unit, category, place, person or case with that name."""

    code: ClassVar[str] = "unknown-name"
    name: str = ""


@dataclass
class CannotHoldCases(FieldRefusal):
    """This unit cannot be responsible for the cases in question; a board, the forum and the council can never be."""

    code: ClassVar[str] = "cannot-hold-cases"
    name: str = ""


@dataclass
class MergedIntoItself(FieldRefusal):
    """A case can be merged only into another one that is open.

    Raised when the other case `name` (reference or public id as given) is the case itself, has ended, or is being
    merged into this one at the same moment; and when a case is to be related to itself.
    """

    code: ClassVar[str] = "merge-target"
    name: str = ""


@dataclass
class MembersOnly(FieldRefusal):
    """Only staff and the members of a group may hand in a case on behalf of the group."""

    code: ClassVar[str] = "members-only"
    name: str = ""


@dataclass
class TooLong(FieldRefusal):
    """The text is longer than `most` characters."""

    code: ClassVar[str] = "too-long"
    most: int = 0


@dataclass
class BadCharacters(FieldRefusal):
    """The text holds characters that cannot be stored, such as control characters."""

    code: ClassVar[str] = "bad-characters"


@dataclass
class FileRefused(FieldRefusal):
    """Only JPEG, PNG and PDF files of a limited size and number are accepted.

    Raised for another type, for more than 10 MB, for an image that cannot be re-encoded, and for a case's eleventh
    file. `name` is the name of the file.
    """

    code: ClassVar[str] = "file-refused"
    name: str = ""


@dataclass
class AlreadyThere(FieldRefusal):
    """This name or address exists already."""

    code: ClassVar[str] = "already-there"
    name: str = ""


@dataclass
class StillResponsible(Refusal):
    """A unit with open cases cannot be switched off.

    `count` is the number of its open cases.
    """

    code: ClassVar[str] = "still-responsible"
    name: str = ""
    count: int = 0


@dataclass
class ClockTrouble(Refusal):
    """This machine's clock and the database's differ by more than five minutes."""

    code: ClassVar[str] = "clock-trouble"
    seconds: int = 0
