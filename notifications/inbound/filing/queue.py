"""The queue of mails that wait to be filed: each is claimed, read, and filed in a transaction of its own."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.database.leases.claims import MOMENT, Claim, Queue, claim, due_at_present
from cases.database.leases.leased import LeaseLost, LeasePolicy, is_free, row_if_held
from cases.database.leases.renewing import LeaseRenewer
from cases.database.transactions import Database, calendar_of
from cases.files.attaching import StoredFile, store_files
from cases.files.storage import attachments_under
from cases.organisation.domain_time import domain_time
from cases.settings import Settings
from notifications.inbound.filing.filing import BY_MACHINES, REPORTS, FilingTerms, file_mail
from notifications.inbound.reading.reading import read_mail
from notifications.inbound.reading.what_a_mail_says import OurAddresses, ReadMail
from notifications.inbound_mail import STILL_WAITS, InboundMail
from notifications.letters.reply_addresses import reply_addresses
from notifications.set_aside import set_aside_inbound

LOG = structlog.get_logger()
POLICY = LeasePolicy(lease=timedelta(seconds=60), batch=10)
RETRY_AFTER = timedelta(seconds=30)
WAITING = (
    select(InboundMail.id, InboundMail.claims)
    .where(InboundMail.outcome == STILL_WAITS, is_free(InboundMail, MOMENT))
    .order_by(InboundMail.id)
    .limit(bindparam("most"))
)
QUEUE = Queue(InboundMail, WAITING.with_for_update(skip_locked=True), set_aside_inbound)


def is_any_mail_waiting(database: Database) -> bool:
    """Return whether a mail waits that can be claimed now."""
    with database.reading() as session:
        return session.execute(due_at_present(WAITING), {"most": 1}).first() is not None


def file_some(
    database: Database, settings: Settings, policy: LeasePolicy = POLICY, *, filed: Callable[[], None] = lambda: None
) -> int:
    """File up to `policy.batch` mails that wait, oldest first; return how many were claimed.

    One that fails is tried again later, and set aside after `policy.most_claims` attempts; the others go on. `filed` is
    called after each: it tells whoever waits that letters may have to be planned.
    """
    if not is_any_mail_waiting(database):
        return 0
    with database.transaction() as session:
        claimed = claim(session, QUEUE, policy)
    if claimed.rows:
        with LeaseRenewer(database, claimed, policy):
            for number in claimed.keys:
                _file_one(database, settings, claimed, number)
                filed()
    return len(claimed.rows)


def _file_one(database: Database, settings: Settings, claimed: Claim, number: int) -> None:
    try:
        mail = _read(database, settings, number)
        files = _stored(settings, mail)
        with database.transaction() as session:
            row = row_if_held(session, InboundMail, claimed.token, number)
            if row is None:
                raise LeaseLost
            file_mail(session, row, mail, files, _terms(session, settings))
    except LeaseLost:
        LOG.info("inbound.lease_lost", mail=number)
    except Exception as error:
        LOG.error("inbound.not_filed", mail=number, error=type(error).__name__)  # a trace would show what was written
        with database.transaction() as session:
            _note_failure(session, number, claimed.token, error)


def _read(database: Database, settings: Settings, number: int) -> ReadMail:
    with database.reading() as session:
        row = session.get_one(InboundMail, number)
        raw, envelope_sender = row.raw or b"", row.envelope_sender
    ours = OurAddresses(settings.mail_from, settings.incoming.authserv or "")
    return read_mail(raw, ours=ours, envelope_sender=envelope_sender)


def _stored(settings: Settings, mail: ReadMail) -> list[StoredFile]:
    """Return what came along, rewritten and stored; what is refused stays in the whole mail, and is logged."""
    if mail.kind in REPORTS | BY_MACHINES or not mail.attachments:
        return []
    given = [(file.name, file.content) for file in mail.attachments]
    stored, refused = store_files(attachments_under(settings.var), given)
    for refusal in refused:
        LOG.info("inbound.file_refused", refusal=refusal.code)
    return stored


def _terms(session: Session, settings: Settings) -> FilingTerms:
    at = domain_time(session)
    return FilingTerms(
        reply_addresses(settings), settings.incoming.authserv is not None, settings.locale, at,
        calendar_of(session).day_of(at),
    )  # fmt: skip


def _note_failure(session: Session, number: int, token: str, error: Exception) -> None:
    """Let the mail be tried again later; a failure of the database does not count against it."""
    row = row_if_held(session, InboundMail, token, number)
    if row is None:
        return
    row.last_error = type(error).__name__
    if isinstance(error, OperationalError):
        row.claims -= 1
    row.end_lease()
    row.next_attempt_at = present(session) + RETRY_AFTER
