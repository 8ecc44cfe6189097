"""The details of the person who asked: their name, mail address and telephone number, which the desk can put right.

The person who asked can put their own mail address right.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.contacts.phone_numbers import read_phone_number
from cases.database.texts import visible
from cases.history.events import CaseReporterCorrected
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.mail_addresses import read_public_address
from cases.parties import Party
from cases.refusals import NotAllowed, ReasonNeeded, TooLong
from cases.reporters.key_replacing import change_key

LONGEST = {"name": 200, "email": 254, "phone": 40}  # as in the columns
LONGEST_REASON = 1000


@dataclass(frozen=True)
class ReporterDetails:
    """The name, mail address and telephone number of the person who asked; None for one that is not known."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def correct_reporter(
    session: Session, case: Case, details: ReporterDetails, why: str, *, by: Actor, at: datetime
) -> list[str]:
    """Set the details of the person who asked; return the names of those that changed. The case must be locked.

    A case that was handed in without any gets them now. The event holds neither the old details nor the new ones;
    `why` is kept as words, for staff only. Raises `NotAllowed` for anybody but the desk, `ReasonNeeded` and `TooLong`;
    and, for what differs from the old details, `NotAMailAddress`, `LettersBeforeTheAt` and `NotAPhoneNumber`.
    """
    if not by.is_contact:
        raise NotAllowed(step="correct_reporter")
    entry, party = Entry(case, by=by, at=at), case.reporter or Party()
    wanted = _checked(details, why, party)
    changed = [name for name, value in wanted.items() if getattr(party, name) != value]
    if changed:
        for name in changed:
            setattr(party, name, wanted[name])
        keep_reporter(session, case, party)
        entry.add(CaseReporterCorrected(what=changed), reason_of(why))
        entry.write(session)
    return changed


def may_correct_address(case: Case, by: Actor) -> bool:
    """Return whether this actor may correct the address to which letters about the case go: whoever asked, their own.

    Not once the case has ended, where none was given, nor for a protected identity: the desk does that.
    """
    asked = by.kind is ActorKind.REPORTER and by.case_id == case.id
    party = case.reporter
    return asked and case.is_open and party is not None and bool(party.email) and not party.protected


def correct_own_address(session: Session, case: Case, email: str, *, by: Actor, at: datetime) -> bool:
    """Set the mail address of the person who asked, as they say themselves; return whether it changed.

    A change gives the case a new public id: the old one was mailed to the wrong address, and whoever reads there must
    not act in their place. The case must be locked. The event holds neither address. Raises `NotAllowed` for whom
    `may_correct_address` does not let, `NotAMailAddress` and `LettersBeforeTheAt`.
    """
    if not may_correct_address(case, by) or case.reporter is None:
        raise NotAllowed(step="correct_address")
    address, entry = read_public_address(email), Entry(case, by=by, at=at)
    if address == case.reporter.email:
        return False
    case.reporter.email = address
    entry.add(CaseReporterCorrected(what=["email"]))
    change_key(session, case, entry)
    entry.write(session)
    return True


def keep_reporter(session: Session, case: Case, party: Party) -> None:
    """Store the party, and make it the person who asked if the case had none."""
    session.add(party)
    session.flush()
    if case.reporter_id is None:
        case.reporter_id = party.id
        case.set_relationship("reporter", party)


def reason_of(why: str) -> SpokenWords:
    """Return the words that say why something about the person who asked was changed, which only staff may read.

    Raises `ReasonNeeded` when there are none, and `TooLong` for more than 1000 characters.
    """
    words = visible(why)
    if not words:
        raise ReasonNeeded(field="why")
    if len(words) > LONGEST_REASON:
        raise TooLong(field="why", most=LONGEST_REASON)
    return SpokenWords("note", words, Visibility.INTERNAL)


def _checked(details: ReporterDetails, why: str, party: Party) -> dict[str, str | None]:
    """Return the details as they are stored; one that was known before, perhaps from an import, is not judged again."""
    wanted = {name: visible(value or "") or None for name, value in vars(details).items()}
    for name, most in LONGEST.items():
        if len(wanted[name] or "") > most:
            raise TooLong(field=name, most=most)
    if (email := wanted["email"]) and email != party.email:
        wanted["email"] = read_public_address(email)
    if (phone := wanted["phone"]) and phone != party.phone:
        wanted["phone"] = read_phone_number(phone)
    reason_of(why)
    return wanted
