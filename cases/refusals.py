"""Refusals: the exceptions of the domain, each named for what was refused. They know no HTTP and no language.

The web turns `code` into a sentence in the user's language, with `facts` filled in. The command line prints the
first line of the class's docstring.
"""

from dataclasses import dataclass
from datetime import date
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
class AlreadyConfirmed(Refusal):
    """The caller, or their group, has said already that the case is done."""

    code: ClassVar[str] = "already-confirmed"


@dataclass
class LetterLinkDead(Refusal):
    """The link in a letter acts no more, or does not take this step. `why` is a `LinkEnd`."""

    code: ClassVar[str] = "letter-link-dead"
    why: str = ""


@dataclass
class NothingToRead(Refusal):
    """No reply to "done" waits to be read: somebody has read it meanwhile, or the case has gone on."""

    code: ClassVar[str] = "nothing-to-read"
    ref: str = ""


@dataclass
class StaleVersion(Refusal):
    """Somebody else has changed the case since the caller read it.

    `since` lists the events that the caller has not seen and may read, as (number, type); `version` is the number of
    the last event.
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

    Mostly it is the explanation that a step owes to the one who handed in the case (guarantee G7); `step` names it.
    """

    code: ClassVar[str] = "words-needed"
    step: str = ""


@dataclass
class ReasonNeeded(FieldRefusal):
    """This change needs a reason, which only staff read, and none was given."""

    code: ClassVar[str] = "reason-needed"


@dataclass
class DateNeeded(FieldRefusal):
    """This step needs a date, and none was given."""

    code: ClassVar[str] = "date-needed"


@dataclass
class DateOutside(FieldRefusal):
    """The date is too early or too late.

    `earliest` and `latest` are the bounds, local dates; without `latest` there is none.
    """

    code: ClassVar[str] = "date-outside"
    earliest: date | None = None
    latest: date | None = None


@dataclass
class NameNeeded(FieldRefusal):
    """This step needs the name of a unit, a person or another case, and none was given."""

    code: ClassVar[str] = "name-needed"


@dataclass
class StillInOffice(NameNeeded):
    """A person who holds open cases, or is a head or contact person, is switched off only when somebody takes over.

    `name` is the person's mail address, `cases` the references of their open cases, `posts` such posts of theirs.
    """

    code: ClassVar[str] = "still-in-office"
    name: str = ""
    cases: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()


@dataclass
class UnknownName(FieldRefusal):
    """There is no active unit, category, place, person or case with that name."""

    code: ClassVar[str] = "unknown-name"
    name: str = ""


@dataclass
class NotAMailAddress(FieldRefusal):
    """No letter can be sent to this mail address."""

    code: ClassVar[str] = "mail-address"


@dataclass
class LettersBeforeTheAt(FieldRefusal):
    """No letter can be sent to a mail address with å, ä, ö or other such letters before the @."""

    code: ClassVar[str] = "mail-address-letters"


@dataclass
class NotAPhoneNumber(FieldRefusal):
    """This is no telephone number."""

    code: ClassVar[str] = "phone-number"


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
class ProtectedIdentity(FieldRefusal):
    """A case whose reporter lives under protected identity cannot come before a body of representatives."""

    code: ClassVar[str] = "protected-identity"


@dataclass
class FieldNotUsed(FieldRefusal):
    """The step that was asked for takes no such field, so that its value would have been ignored."""

    code: ClassVar[str] = "field-not-used"


@dataclass
class HalfPosition(FieldRefusal):
    """A position needs both its latitude and its longitude, and only one was given."""

    code: ClassVar[str] = "half-position"


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
    """The file cannot be taken; `name` is its name. The classes below it say why."""

    code: ClassVar[str] = "file-refused"
    name: str = ""


@dataclass
class WrongFileType(FileRefused):
    """Only JPEG, PNG and PDF are accepted, by the file's extension and by its content."""

    code: ClassVar[str] = "file-type"


@dataclass
class FileTooLarge(FileRefused):
    """The file has more than 10 MB."""

    code: ClassVar[str] = "file-too-large"


@dataclass
class FilesTooLarge(FileRefused):
    """The file was dropped, because all files that were sent with it have more than 10 MB together."""

    code: ClassVar[str] = "files-too-large"


@dataclass
class FileUnreadable(FileRefused):
    """The file looks like an image or PDF, but cannot be read as one."""

    code: ClassVar[str] = "file-unreadable"


@dataclass
class FileLocked(FileRefused):
    """The PDF is encrypted, so that it cannot be rewritten."""

    code: ClassVar[str] = "file-locked"


@dataclass
class FileTooHeavy(FileRefused):
    """The file has too many pixels, or would take too much memory or time; or all files of a form together."""

    code: ClassVar[str] = "file-too-heavy"


@dataclass
class FilesBusy(FileRefused):
    """So many files are being looked at that there is no room for this one just now."""

    code: ClassVar[str] = "files-busy"


@dataclass
class FileEmpty(FileRefused):
    """The file has no content."""

    code: ClassVar[str] = "file-empty"


@dataclass
class FileLost(FileRefused):
    """The file did not come along and has to be chosen again; `name` is "" where it is not known any more."""

    code: ClassVar[str] = "file-lost"


@dataclass
class TooManyFiles(FileRefused):
    """A case has at most `most` files."""

    code: ClassVar[str] = "too-many-files"
    most: int = 0


@dataclass
class TooManyQuestions(FieldRefusal):
    """More questions than may be taken down at once: at most `most`."""

    code: ClassVar[str] = "too-many-questions"
    most: int = 0


@dataclass
class AlreadyThere(FieldRefusal):
    """This name or address exists already."""

    code: ClassVar[str] = "already-there"
    name: str = ""


@dataclass
class RecordNeeded(FieldRefusal):
    """A case that owes something ends by the act that gives it, such as the adoption of a plan, and not by itself."""

    code: ClassVar[str] = "record-needed"
    field: str = "to"
    obligation: str = ""


@dataclass
class RecordStands(Refusal):
    """What was owed has been given: what is wrong in it is put right by a record that replaces it."""

    code: ClassVar[str] = "record-stands"
    obligation: str = ""


@dataclass
class ComesByAnotherDoor(FieldRefusal):
    """A case of this kind is not handed in like this: an item of a plan, say, becomes a case with its plan."""

    code: ClassVar[str] = "another-door"


@dataclass
class NumberOutside(FieldRefusal):
    """The number is less than `least` or more than `most`."""

    code: ClassVar[str] = "number-outside"
    least: int = 0
    most: int = 0


@dataclass
class NoDraft(Refusal):
    """The plan has no draft: one has to be begun first, or it has been adopted since."""

    code: ClassVar[str] = "no-draft"


@dataclass
class StaleDraft(Refusal):
    """Somebody else has saved the draft since the caller read it: `name` on the local day `on`, at the time `clock`.

    `version` is the revision of the draft as it is now.
    """

    code: ClassVar[str] = "stale-draft"
    version: int = 0
    name: str = ""
    on: date | None = None
    clock: str = ""


@dataclass
class AdoptedToday(Refusal):
    """The plan was adopted on this local day already; what is owed next is open from the day after."""

    code: ClassVar[str] = "adopted-today"
    on: str = ""


@dataclass(frozen=True)
class Lack:
    """One thing that keeps a draft from being adopted.

    `key` is the id of the item and `title` its title; both are None for what the whole plan lacks. `what` says what is
    missing: "area", "responsible", "year", "category", "others" when the group asks itself, or "settled" for an item of
    the version before that the draft neither carries on nor drops.
    """

    what: str
    key: int | None = None
    title: str | None = None


@dataclass
class PlanNotWhole(Refusal):
    """The draft lacks something without which a plan is not adopted."""

    code: ClassVar[str] = "plan-not-whole"
    lacks: tuple[Lack, ...] = ()
    count: int = 0


@dataclass
class NoSortOfGroup(FieldRefusal):
    """Only a group is of a sort: of a village, of the town or of a sector."""

    code: ClassVar[str] = "no-sort-of-group"


@dataclass
class SectorHasNoPlace(FieldRefusal):
    """A group of a sector belongs to no place: leave out the place, or give it another sort."""

    code: ClassVar[str] = "sector-has-no-place"


@dataclass
class NoFreeSeat(FieldRefusal):
    """No seat is free on all of these days: end one first, or choose other days.

    `name` is that of the group, or the word of the sector, which has `count` seats in the body.
    """

    code: ClassVar[str] = "no-free-seat"
    name: str = ""
    count: int = 0


@dataclass
class SeatsStillHeld(FieldRefusal):
    """More seats are held than there would be: end those first."""

    code: ClassVar[str] = "seats-still-held"


@dataclass
class SitsAlready(FieldRefusal):
    """The person, `name`, has another seat in the body on one of these days."""

    code: ClassVar[str] = "sits-already"
    name: str = ""


@dataclass
class AlreadySettled(Refusal):
    """The case is done or has ended, so that nobody has anything to take up about it before it is reopened."""

    code: ClassVar[str] = "already-settled"


@dataclass
class LikelyJunk(Refusal):
    """The case came by mail and is likely to be junk: it is neither published nor put on an agenda."""

    code: ClassVar[str] = "likely-junk"


@dataclass
class CannotMeet(FieldRefusal):
    """This unit holds no meetings: only the forum, a board, the council or another body that meets does."""

    code: ClassVar[str] = "cannot-meet"
    name: str = ""


@dataclass
class MeetingOver(Refusal):
    """The meeting has come too far for this: its day is `past`, or it is `closed`, `adjusted` or `cancelled`."""

    code: ClassVar[str] = "meeting-over"
    how: str = ""


@dataclass
class AgendaSent(Refusal):
    """The agenda has been sent: what stands on it is taken away with a reason, and not left out."""

    code: ClassVar[str] = "agenda-sent"


@dataclass
class AgendaNotSent(Refusal):
    """The agenda of the meeting has to be sent before that."""

    code: ClassVar[str] = "agenda-not-sent"


@dataclass
class MeetingAhead(Refusal):
    """The meeting is not before the local day `on`."""

    code: ClassVar[str] = "meeting-ahead"
    on: date | None = None


@dataclass
class NotClosed(Refusal):
    """The meeting has to be closed, with each item settled, before its minutes are adjusted."""

    code: ClassVar[str] = "not-closed"


@dataclass
class StaleAgenda(Refusal):
    """Somebody else has saved the agenda since the caller read it. `version` is its revision now."""

    code: ClassVar[str] = "stale-agenda"
    version: int = 0


@dataclass
class ItemSettled(Refusal):
    """The item with this number is settled already."""

    code: ClassVar[str] = "item-settled"
    number: int = 0


@dataclass
class ItemOpen(Refusal):
    """The item with this number is not settled yet: there is nothing to put right."""

    code: ClassVar[str] = "item-open"
    number: int = 0


@dataclass
class ItemTakenUp(Refusal):
    """What was postponed from this item stands on the agenda of the next meeting already."""

    code: ClassVar[str] = "item-taken-up"
    number: int = 0


@dataclass(frozen=True)
class OpenItem:
    """An item that is not settled: its number on the agenda, and its title; "" for one whose title is not told."""

    number: int
    title: str


@dataclass
class ItemsUnsettled(Refusal):
    """These items are not settled: a meeting is closed when each of them is."""

    code: ClassVar[str] = "items-unsettled"
    items: tuple[OpenItem, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """The numbers and titles of the items, as one text."""
        return {"items": "; ".join(f"{item.number}. {item.title}".strip() for item in self.items)}


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
