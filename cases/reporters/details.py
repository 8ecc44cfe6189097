"""The details of the one who asked: their name, mail address and telephone number, which the desk can put right."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import CaseReporterCorrected
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.mail_addresses import is_public_address, read_public_address
from cases.parties import Party
from cases.refusals import NoMailAddress, NotAllowed, ReasonNeeded, TooLong

LONGEST = {"name": 200, "email": 254, "phone": 40}  # as in the columns
LONGEST_REASON = 1000


@dataclass(frozen=True)
class ReporterDetails:
    """The name, mail address and telephone number of the one who asked; None for one that is not known."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def correct_reporter(
    session: Session, case: Case, details: ReporterDetails, why: str, *, by: Actor, at: datetime
) -> list[str]:
    """Set the details of the one who asked; return the names of those that changed. The case must be locked.

    A case that was handed in without any gets them now. The event holds neither the old details nor the new ones;
    `why` is kept as words, for staff only. Raises `NotAllowed` for anybody but the desk, `ReasonNeeded`, `TooLong`, and
    `NoMailAddress` for an address to which no mail can go.
    """
    if not by.is_contact:
        raise NotAllowed(step="correct_reporter")
    wanted = {name: (value or "").strip() or None for name, value in vars(details).items()}
    _check(wanted, why)
    if wanted["email"]:
        wanted["email"] = read_public_address(wanted["email"])
    entry, party = Entry(case, by=by, at=at), case.reporter or Party()
    changed = [name for name, value in wanted.items() if getattr(party, name) != value]
    if changed:
        for name in changed:
            setattr(party, name, wanted[name])
        keep_reporter(session, case, party)
        entry.add(CaseReporterCorrected(what=changed), reason_of(why))
        entry.write(session)
    return changed


def keep_reporter(session: Session, case: Case, party: Party) -> None:
    """Store the party, and make it the one who asked if the case had none."""
    session.add(party)
    session.flush()
    if case.reporter_id is None:
        case.reporter_id = party.id
        case.set_relationship("reporter", party)


def reason_of(why: str) -> SpokenWords:
    """Return the words that say why something about the one who asked was changed, which only staff may read.

    Raises `ReasonNeeded` when there are none, and `TooLong` for more than 1000 characters.
    """
    if not why.strip():
        raise ReasonNeeded(field="why")
    if len(why.strip()) > LONGEST_REASON:
        raise TooLong(field="why", most=LONGEST_REASON)
    return SpokenWords("note", why.strip(), Visibility.INTERNAL)


def _check(wanted: dict[str, str | None], why: str) -> None:
    for name, most in LONGEST.items():
        if len(wanted[name] or "") > most:
            raise TooLong(field=name, most=most)
    if (email := wanted["email"]) and not is_public_address(email):
        raise NoMailAddress(field="email")
    reason_of(why)
