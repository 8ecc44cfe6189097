"""A mail is read: from its bytes to what it says."""

from notifications.inbound.keeping import LARGEST_MAIL
from notifications.inbound.reading.authentication import is_junk, verdict_on
from notifications.inbound.reading.fingerprint import content_hash
from notifications.inbound.reading.headers import head_and_body, read_headers
from notifications.inbound.reading.kinds import is_forwarded_subject, kind_of, may_be_odd_bounce
from notifications.inbound.reading.opening import open_mail
from notifications.inbound.reading.sandbox.task import OpeningTask
from notifications.inbound.reading.what_a_mail_says import MailKind, OurAddresses, ReadMail

READ_OF_LARGER = 1_000_000  # bytes: the text stands first in nearly every mail, and its files are not taken
WITHOUT_WORDS = frozenset({MailKind.BOUNCE, MailKind.DELAY, MailKind.LOOP})
OF_MACHINES = frozenset({MailKind.BOUNCE, MailKind.DELAY, MailKind.AUTO})


def read_mail(raw: bytes, *, ours: OurAddresses, envelope_sender: str | None = None) -> ReadMail:
    """Return what the mail says, whatever is wrong with it: nothing is raised.

    `envelope_sender` is the sender in the envelope by which it came ("" when that was empty). None says that nobody
    knows it: then the header Return-Path counts. A process is started for each mail (0.1 to 0.2 s).
    """
    head, body = head_and_body(raw)
    headers = read_headers(head)
    subject = headers.first("Subject")
    too_big = len(raw) > LARGEST_MAIL
    opened = open_mail(
        head,
        body[:READ_OF_LARGER] if too_big else body,
        OpeningTask(may_be_odd_bounce(headers, envelope_sender), is_forwarded_subject(subject)),
    )
    kind = kind_of(headers, bounces=opened.bounces, methods=opened.methods, ours=ours, envelope_sender=envelope_sender)
    writer = headers.writers[0] if headers.writers else None
    return ReadMail(
        kind=kind,
        message_id="".join(headers.message_ids("Message-ID")[:1]),
        content_hash=content_hash(head, body),
        subject=subject,
        sender=writer.address if writer else "",
        sender_name=writer.name if writer else "",
        recipients=tuple(headers.recipients),
        in_reply_to=tuple(headers.message_ids("In-Reply-To")),
        references=tuple(headers.message_ids("References")),
        date=headers.date,
        language=headers.language,
        words="" if kind in WITHOUT_WORDS else opened.words,
        whole=opened.whole,
        attachments=() if too_big else opened.attachments,
        bounces=opened.bounces if kind in OF_MACHINES else (),
        returned_message_id=opened.returned_message_id,
        verdict=verdict_on(headers, ours),
        is_junk=is_junk(headers),
        too_big=too_big or opened.is_cut_off,
        too_many_parts=opened.too_many_parts,
        gave_up=opened.gave_up,
    )
