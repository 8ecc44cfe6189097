"""What kind of mail it is: a bounce, what a machine sent by itself, our own letter, or a person's."""

import re
from collections.abc import Callable, Sequence

from cases.mail_addresses import as_compared
from notifications.inbound.reading.headers import MailHeaders
from notifications.inbound.reading.what_a_mail_says import BounceReport, MailKind, OurAddresses
from notifications.letters.reply_addresses import OUR_DELIVERY

OUR_MESSAGE_ID = re.compile(r"\d{1,19}\.[0-9a-f]{20}", re.IGNORECASE)
BULK = frozenset({"bulk", "list", "junk"})
DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "double-bounce"})
REPORT_TYPE = re.compile(r"multipart/report\b", re.IGNORECASE)
STATUS_REPORT = re.compile(r"report-type\s*=\s*\"?(?:global-)?delivery-status\b", re.IGNORECASE)
AUTOMATIC_SUBJECT = re.compile(
    r"autosvar|automatiskt svar|frånvaro|(?:ej|inte) på kontoret|semester|out of (?:the )?office"
    r"|auto(?:matic)?[ -]?reply|auto:|absence|abwesenheit|automatische antwort|fraværende",
    re.IGNORECASE,
)
FORWARDED_SUBJECT = re.compile(r"\s*(?:VB|FW|FWD|WG|VS|VIDARE|VIDAREBEFORDRAT)\s*:", re.IGNORECASE)
ASKS_FOR_SOMETHING = frozenset({"request", "reply", "counter", "cancel", "refresh"})  # methods of RFC 5546

# What makes a mail automatic (RFC 3834): it is filed, never answered, and nobody's act.
SIGNS_OF_A_MACHINE: tuple[Callable[[MailHeaders], bool], ...] = (
    lambda headers: any(
        said.partition(";")[0].strip().lower() not in ("", "no") for said in headers.all("Auto-Submitted")
    ),
    lambda headers: any(said.lower() in BULK for said in headers.all("Precedence")),
    lambda headers: any(name in headers for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond")),
    lambda headers: "X-Auto-Response-Suppress" in headers and is_automatic_subject(headers.first("Subject")),
    lambda headers: bool(REPORT_TYPE.match(headers.first("Content-Type"))),
)


def may_be_odd_bounce(headers: MailHeaders, envelope_sender: str | None) -> bool:
    """Return whether this may be a bounce of no standard form: it has no sender, or a mail server's."""
    if is_status_report(headers):
        return False
    locals_ = {box.address.partition("@")[0] for box in headers.writers}
    return has_no_sender(headers, envelope_sender) or bool(locals_ & DAEMONS)


def is_status_report(headers: MailHeaders) -> bool:
    """Return whether the mail says that it is a report of delivery (RFC 3464)."""
    kind = headers.first("Content-Type")
    return bool(REPORT_TYPE.match(kind) and STATUS_REPORT.search(kind))


def has_no_sender(headers: MailHeaders, envelope_sender: str | None) -> bool:
    """Return whether the envelope had no sender, as those of machines have none.

    Where nobody knows the envelope (None), the header that a server made of it tells.
    """
    if envelope_sender is not None:
        return envelope_sender.strip(" <>") == ""
    return "Return-Path" in headers and headers.first("Return-Path").strip(" <>") == ""


def is_automatic_subject(subject: str) -> bool:
    """Return whether programs write such subjects when they answer for somebody who is away."""
    return bool(AUTOMATIC_SUBJECT.match(subject.strip()))


def is_forwarded_subject(subject: str) -> bool:
    """Return whether the mail hands on another one, as its subject says."""
    return bool(FORWARDED_SUBJECT.match(subject))


def is_our_letter(headers: MailHeaders, ours: OurAddresses) -> bool:
    """Return whether a letter of ours came back: by its Message-ID, or since it comes from where our letters do."""
    if OUR_DELIVERY in headers:
        return True
    our_address = as_compared(ours.mail_from)
    domain = our_address.rpartition("@")[2]
    for message_id in headers.message_ids("Message-ID"):
        local, _, at = message_id.rpartition("@")
        if at.lower() == domain and OUR_MESSAGE_ID.fullmatch(local):
            return True
    return any(box.address == our_address for box in headers.writers)


def kind_of(
    headers: MailHeaders,
    *,
    bounces: Sequence[BounceReport],
    methods: Sequence[str],
    ours: OurAddresses,
    envelope_sender: str | None,
) -> MailKind:
    """Return the kind, by the first that fits: bounce, our own letter, automatic, invitation, a person's mail.

    `methods` are what invitations within the mail ask for.
    """
    if is_status_report(headers) or (bounces and may_be_odd_bounce(headers, envelope_sender)):
        return _kind_of_report(bounces)
    if is_our_letter(headers, ours):
        return MailKind.LOOP
    if has_no_sender(headers, envelope_sender) or any(says_so(headers) for says_so in SIGNS_OF_A_MACHINE):
        return MailKind.AUTO
    return MailKind.INVITE if ASKS_FOR_SOMETHING & set(methods) else MailKind.REPLY


def _kind_of_report(bounces: Sequence[BounceReport]) -> MailKind:
    """Return BOUNCE for what never arrives or is not told, DELAY for what may arrive yet, AUTO for what has arrived."""
    if not bounces or any(bounce.is_permanent for bounce in bounces):
        return MailKind.BOUNCE
    return MailKind.DELAY if any(bounce.is_trouble for bounce in bounces) else MailKind.AUTO
