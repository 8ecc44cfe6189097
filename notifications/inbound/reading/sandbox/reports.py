"""What a mail server reports: delivery status (RFC 3464) by its fields, odd ones by flufl.bounce."""

import re
from email.parser import HeaderParser
from typing import TypedDict

from notifications.inbound.reading.sandbox.charsets import decode, one_line
from notifications.inbound.reading.sandbox.mime import POLICY, MailPart

MOST_RECIPIENTS = 50
MOST_SIGNS = 100_000
LONGEST_VALUE = 1000
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
MESSAGE_ID = re.compile(r"^Message-ID:\s{0,3}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
NEAR = 400  # characters after an address within which a server says what was wrong with it
GENERAL = {"": "5.0.0", "4": "4.0.0"}


class ReportedRecipient(TypedDict):
    """What was said about one recipient; "" where nothing was."""

    action: str
    status: str
    final_recipient: str
    original_recipient: str
    diagnostic: str


def recipients_reported(content: bytes) -> list[ReportedRecipient]:
    """Return the recipients that a part of the type message/delivery-status speaks of."""
    blocks = re.split(r"\n[ \t]*\n", decode(content)[:MOST_SIGNS].replace("\r\n", "\n").strip())
    found = []
    for block in blocks[: MOST_RECIPIENTS + 1]:
        fields = HeaderParser(policy=POLICY).parsestr(block.strip())
        if "Final-Recipient" in fields or "Original-Recipient" in fields:
            found.append(
                ReportedRecipient(
                    action=one_line(fields.get("Action", "")).lower()[:LONGEST_VALUE],
                    status=_status(fields.get("Status", ""), fields.get("Diagnostic-Code", "")),
                    final_recipient=_address(fields.get("Final-Recipient", "")),
                    original_recipient=_address(fields.get("Original-Recipient", "")),
                    diagnostic=one_line(fields.get("Diagnostic-Code", ""))[:LONGEST_VALUE],
                )
            )
    return found


def recipients_told_of(root: MailPart, text: str) -> list[ReportedRecipient]:
    """Return the recipients that a report of no standard form speaks of, as flufl.bounce knows many such forms."""
    from flufl.bounce import all_failures  # takes 35 ms to import, and only a bounce needs it

    try:
        temporary, permanent = all_failures(root)
    except Exception:  # its 17 readers of odd forms are tried on whatever comes
        return []
    found = [(address, "4", "delayed") for address in sorted(temporary - permanent)]
    found += [(address, "", "failed") for address in sorted(permanent)]
    return [_told(decode(bytes(address)), first, action, text) for address, first, action in found[:MOST_RECIPIENTS]]


def message_id_in(content: bytes) -> str:
    """Return the Message-ID of the letter of which these bytes hold the headers; "" without one."""
    found = MESSAGE_ID.search(decode(content[:MOST_SIGNS]))
    return found[1] if found else ""


def _told(address: str, first: str, action: str, text: str) -> ReportedRecipient:
    at = text.find(address)
    near = text[at : at + NEAR] if at >= 0 else ""
    said = [status for status in STATUS.findall(near) if status.startswith(first or "5")]
    return ReportedRecipient(
        action=action,
        status=said[0] if said else GENERAL[first],
        final_recipient=one_line(address),
        original_recipient="",
        diagnostic=one_line(near),
    )


def _status(written: str, diagnostic: str) -> str:
    """Return the status; a general one (5.0.0) is told more exactly by what the other server said."""
    found = STATUS.search(written)
    status = found[1] if found else ""
    exact = STATUS.search(diagnostic)
    if exact and (not status or (status.endswith(".0.0") and exact[1][0] == status[0])):
        return exact[1]
    return status


def _address(field: str) -> str:
    """Return the address of a field such as "rfc822; anna@prov.example"."""
    return one_line(field.rpartition(";")[2]).strip("<> ")[:LONGEST_VALUE]
