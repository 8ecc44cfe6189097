"""Reports of mail servers that a letter could not be delivered (RFC 3464): addresses that do not exist are marked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.case import case_to_change
from cases.database.clock import present
from cases.database.transactions import calendar_of
from cases.history.events import MailTrouble
from cases.history.municipality_events import record_for_municipality
from cases.incoming.filing import note_bounce
from cases.mail_addresses import normalised
from notifications.deliveries import Address, Delivery, DeliveryLine
from notifications.inbound.filing.belonging import CASES_OF, Belonging
from notifications.inbound.filing.filed_mail import FiledMail
from notifications.inbound.reading.what_a_mail_says import BounceReport, ReadMail
from notifications.inbound_mail import InboundMail, InboundOutcome

NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})  # RFC 3463 and its registry
OURS_IS_WRONG = frozenset({"5.1.7", "5.1.8"})  # they speak of the sender's address
MOST_DAYS = 3  # with another permanent failure, after which the address is taken for dead
GONE, REFUSED, DELAYED, OWN = "gone", "refused", "delayed", "own_address"


def note_report(session: Session, row: InboundMail, mail: ReadMail, where: Belonging, *, at: datetime) -> FiledMail:
    """Note what a mail server reports on a letter of ours; nothing more than the row says when it is none of ours.

    An address is marked only when the report came to the address of that letter, which nobody else can make, and speaks
    of the recipient of that letter.
    """
    delivery = where.delivery
    report = _report_on(session, mail.bounces, delivery) if delivery is not None and where.reports else None
    if delivery is None or report is None:
        return FiledMail(InboundOutcome.BOUNCE)
    trouble = _trouble(report)
    if trouble == OWN:
        record_for_municipality(session, MailTrouble(what=OWN), by=THE_CLOCK, at=present(session))
        return FiledMail(InboundOutcome.BOUNCE, trouble=OWN)
    permanent = trouble == GONE or (trouble == REFUSED and _is_third_day(session, row, delivery))
    if permanent:
        mark_dead(session, delivery.address_id or 0, report.status, at=present(session))
    filed = FiledMail(InboundOutcome.BOUNCE, trouble=trouble)
    for ref in session.scalars(CASES_OF.where(DeliveryLine.delivery_id == delivery.id)).all():
        case = case_to_change(session, ref)
        note_bounce(session, case, delivery.id, permanent=permanent, status=report.status or None, at=at)
        filed = FiledMail(InboundOutcome.BOUNCE, case.id, case.version, trouble)
    return filed


def mark_dead(session: Session, address_id: int, status: str, *, at: datetime) -> None:
    """Note that nothing reaches this address since the moment `at` (UTC); one that is dead already keeps its day."""
    own = (Address.id == address_id, Address.dead_since.is_(None))
    session.execute(update(Address).where(*own).values(dead_since=at, dead_status=status[:20] or None))


def revive(session: Session, email: str) -> None:
    """Note that the address (normalised) lives: a mail came from it, or somebody says so."""
    own = (Address.email_normalised == email, Address.dead_since.is_not(None))
    session.execute(update(Address).where(*own).values(dead_since=None, dead_status=None))


def _report_on(session: Session, reports: Sequence[BounceReport], delivery: Delivery) -> BounceReport | None:
    """Return the report that speaks of the recipient of the letter."""
    address = session.get_one(Address, delivery.address_id)
    own = normalised(address.email_normalised)
    return next((one for one in reports if own in {one.final_recipient, one.original_recipient}), None)


def _trouble(report: BounceReport) -> str:
    if report.status in NO_SUCH_MAILBOX:
        return GONE
    if report.status in OURS_IS_WRONG:
        return OWN
    return REFUSED if report.is_permanent else DELAYED


def _is_third_day(session: Session, row: InboundMail, delivery: Delivery) -> bool:
    """Return whether the address has refused letters on three local days, this one among them."""
    refused = (
        select(InboundMail.received_at)
        .join(Delivery, Delivery.id == InboundMail.delivery_id)
        .where(Delivery.address_id == delivery.address_id, InboundMail.outcome == InboundOutcome.BOUNCE)
        .where(InboundMail.trouble == REFUSED)
    )
    calendar = calendar_of(session)
    days = {calendar.day_of(moment) for moment in (*session.scalars(refused), row.received_at)}
    return len(days) >= MOST_DAYS
