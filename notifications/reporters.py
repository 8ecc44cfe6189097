"""What is done about the person who asked, together with what it means for letters that are on their way.

Pages and the API call these, and not the functions of `cases.reporters` beneath them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.parties import Follower, Party
from cases.reporters import details, key_replacing, protecting
from cases.reporters.details import ReporterDetails
from cases.reporters.erasing import has_words
from cases.village.erasing import erase_record
from notifications.planning.forgetting import forget_in_letters, forget_parties, message_ids
from notifications.planning.forgetting_addresses import former_addresses
from notifications.planning.forgetting_mails import forget_mails
from notifications.planning.readdressing_parties import readdress_party
from notifications.planning.rendering_anew import render_anew


@dataclass(frozen=True)
class Erasure:
    """What is to be erased of a case: what the events with these numbers brought, and who asked, by which decision."""

    decision: str
    events: list[int] = field(default_factory=list)
    reporter: bool = False


def replace_key(session: Session, case: Case, *, by: Actor, at: datetime) -> None:
    """Give the case a new public id, as `cases.reporters.key_replacing.replace_key` does, whose refusals are raised.

    Letters that wait to be sent get the new link.
    """
    key_replacing.replace_key(session, case, by=by, at=at)
    render_anew(session, case)


def correct_reporter(
    session: Session, case: Case, wanted: ReporterDetails, why: str, *, by: Actor, at: datetime
) -> list[str]:
    """Set the details of the person who asked; return the names of those that changed.

    Letters that wait for them go to the new address, or become calls, and no letter goes to the old one any more. The
    refusals are those of `cases.reporters.details.correct_reporter`.
    """
    was = case.reporter.email if case.reporter else None
    changed = details.correct_reporter(session, case, wanted, why, by=by, at=at)
    if case.reporter is not None and changed:
        readdress_party(session, case.reporter, was)
    return changed


def correct_own_address(session: Session, case: Case, email: str, *, by: Actor, at: datetime) -> bool:
    """Set the mail address of the person who asked, as they say themselves; return whether it changed.

    Letters that wait for them go to the new address with the new link, and none goes to the old one any more. The
    refusals are those of `cases.reporters.details.correct_own_address`.
    """
    was = case.reporter.email if case.reporter else None
    changed = details.correct_own_address(session, case, email, by=by, at=at)
    if case.reporter is not None and changed:
        readdress_party(session, case.reporter, was)
        render_anew(session, case)
    return changed


def set_protection(session: Session, case: Case, protected: bool, why: str, *, by: Actor, at: datetime) -> bool:
    """Set whether the person who asked has a protected identity; return whether that changed.

    Letters that wait lose the words that they would have quoted. The refusals are those of
    `cases.reporters.protecting.set_protection`.
    """
    changed = protecting.set_protection(session, case, protected, why, by=by, at=at)
    if changed:
        render_anew(session, case)
    return changed


def erase(session: Session, case: Case, erasure: Erasure, *, by: Actor, at: datetime) -> list[str]:
    """Erase it, as `cases.village.erasing.erase_record` does, and all that letters and mails that came in hold of it.

    The refusals are those of `cases.correcting.erase_words`. Return the Message-IDs of the letters about the case and
    to those who were erased: what of them lies in the local mailbox is the caller's to remove, as are the bytes of
    files, once the transaction is committed.
    """
    had = _details(session, case)
    besides = ["mail"] if forget_mails(session, case) else []
    erase_record(
        session, case, erasure.decision, erasure.events,
        reporter=erasure.reporter, besides=besides, by=by, at=at,
    )  # fmt: skip
    has = _details(session, case)
    asker = case.reporter_id if erasure.reporter or not has_words(session, case) else None
    gone = {party: had[party][0] for party in had if not any(has[party]) and (any(had[party]) or party == asker)}
    forget_in_letters(session, case)
    forget_parties(session, case, gone)
    return message_ids(session, case, gone)


def is_reporter_known(session: Session, case: Case) -> bool:
    """Return whether anything is known of the person who asked that can be erased: details, or a former address."""
    party = case.reporter
    return party is not None and bool(
        party.name or party.email or party.phone or former_addresses(session, case, party.id)
    )


def _details(session: Session, case: Case) -> dict[int, tuple[str | None, str | None]]:
    """Return mail address and telephone number of the person who asked and of the followers, by id of the party."""
    following = select(Follower.party_id).where(Follower.case_id == case.id)
    parties = or_(Party.id == case.reporter_id, Party.id.in_(following))
    rows = session.execute(select(Party.id, Party.email, Party.phone).where(parties))
    return {row.id: (row.email, row.phone) for row in rows}
