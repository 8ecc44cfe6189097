"""Events of a case besides its steps: comments, files, corrections, related cases and erased texts."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import ByLetter, DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseCommented(DomainEvent):
    """Somebody commented on the case. `visibility` says who may read the comment.

    `sign_of_life` is True for a comment by the responsible unit or the desk on an open case: it shows that work goes
    on. `channel` is "mail" for one that came by mail; `doubt` then says why its writer is not taken for the reader of
    the letter: "unconfirmed" when our mail server does not say that the sender is genuine, "other_sender" when
    somebody else sent it. `waits_until` is the local day by which somebody is to read a reply to "done".
    """

    type: ClassVar[str] = "case.commented"
    changing: ClassVar[bool] = False
    visibility: str
    sign_of_life: bool = False
    channel: str | None = None
    doubt: str | None = None
    waits_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseAttached(DomainEvent):
    """A file was attached to the case. `visibility` says who may read it.

    `attachment` is the id of the file's row, `sha256` the digest of the stored bytes. `channel` is "mail" for one that
    came by mail.
    """

    type: ClassVar[str] = "case.attached"
    changing: ClassVar[bool] = False
    attachment: int
    media_type: str
    sha256: str
    visibility: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseCorrected(DomainEvent):
    """A field of the case was corrected, or its officer, unit or policy was replaced, while its state stayed the same.

    `what` lists the corrected fields: "title" or names of the other facts. Instead it holds only "officer" or
    "responsible" when that person or unit was switched off (`responsible` is the slug of the unit that has the case
    now), only "policy" when the deadlines of today replaced older ones, only "closed_day" when a closed day moved the
    case's clocks: `due_on` is the local due day now. Only "done_on" stands there when it was put right what was told of
    work that is done: by whom and how it went are words. Each other fact is the new value of its field: None if not
    corrected, "" if a category or place was removed.
    """

    type: ClassVar[str] = "case.corrected"
    what: list[str]
    category: str | None = None
    place: str | None = None
    quick_win: bool | None = None
    published: bool | None = None
    raised_on: str | None = None
    due_on: str | None = None
    responsible: str | None = None
    done_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseReporterCorrected(DomainEvent):
    """The details of the person who asked were corrected; `what` names which: "name", "email", "phone".

    The details themselves stand in no event. Why they were corrected is said in words, for staff only.
    """

    type: ClassVar[str] = "case.reporter_corrected"
    changing: ClassVar[bool] = False
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class CaseProtectionChanged(DomainEvent):
    """The person who asked now has a protected identity (skyddade personuppgifter), or has it no longer.

    Why is said in words, for staff only.
    """

    type: ClassVar[str] = "case.protection_changed"
    changing: ClassVar[bool] = False
    protected: bool


@dataclass(frozen=True, kw_only=True)
class CaseKeyReplaced(DomainEvent):
    """The case got a new public id, the key of the person who asked; the old one opens nothing any more."""

    type: ClassVar[str] = "case.key_replaced"
    changing: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class CaseRelated(DomainEvent):
    """Staff noted that this case has to do with the case whose reference is `to`. Both cases get such an event."""

    type: ClassVar[str] = "case.related"
    changing: ClassVar[bool] = False
    to: str


@dataclass(frozen=True, kw_only=True)
class CaseWordsErased(DomainEvent):
    """Texts of earlier events were erased; `events` holds the `seq` of each of these events.

    `decision` names the decision on which the erasure rests (gallringsbeslut). `also` says what else was erased:
    "reporter" (who asked), "files", "followers", "waiting_name" (somebody outside for whom the case waited), "plans"
    (what plans said of the case), "register" (what the register said of it), "meetings" (what agenda and minutes said),
    "mail" (the mails about it that came in).
    """

    type: ClassVar[str] = "case.words_erased"
    changing: ClassVar[bool] = False
    decision: str
    events: list[int]
    also: list[str] | None = None


@dataclass(frozen=True, kw_only=True)
class LetterLinkPutOut(ByLetter, DomainEvent):
    """The link in the letter `delivery`, with which it could be answered, was put out: by its reader or the desk."""

    type: ClassVar[str] = "case.link_put_out"
    changing: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class MailFiled(DomainEvent):
    """A mail that a machine wrote came in about the case, such as an absence; its words are for staff.

    It is nobody's act, and changes nothing.
    """

    type: ClassVar[str] = "case.mail_filed"
    changing: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class AddressBounced(DomainEvent):
    """A letter about the case could not be delivered: a mail server reported that.

    `delivery` is the number of the letter. `permanent`: nothing goes to that address any more. `status` is the
    server's code (RFC 3463).
    """

    type: ClassVar[str] = "case.address_bounced"
    changing: ClassVar[bool] = False
    delivery: int
    permanent: bool
    status: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyRead(DomainEvent):
    """Somebody at the desk or in the unit read the reply to "done": the case may be contested until `object_by`."""

    type: ClassVar[str] = "case.reply_read"
    changing: ClassVar[bool] = False
    object_by: str
