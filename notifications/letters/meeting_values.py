"""The values of letters about meetings: the points of an agenda, when it begins, and the link that answers."""

from datetime import datetime
from typing import Any

from cases.village.forum.convening.answer_links import Invitation, answer_token
from notifications.deliveries import Delivery
from notifications.letters.filling_templates import unbroken
from notifications.letters.snapshot import LineContext, SendingSnapshot, invitation_in
from notifications.letters.urls import WebAddresses
from notifications.row_types import EventForLetter

AT = {"sv": "kl.", "en": "at"}  # before a time of the day, as on pages
MOST_POINTS = 30  # of an agenda in one letter: the rest stand on the page of the meeting


def meeting_values(
    snapshot: SendingSnapshot, delivery: Delivery, line: LineContext, pages: WebAddresses, key: str
) -> dict[str, Any]:
    """Return what templates of letters about a meeting use, as a dict by name; of an event about none, empty values.

    The reader answers at `answer_page`: by a link that logs nobody in when it is an `own_link`, which `key` signs, else
    on the page of the meeting.
    """
    event = snapshot.event_of(line)
    number = event.facts.get("meeting") or line.get("meeting")
    invitation = invitation_in(line, event)
    listed = snapshot.points.get(invitation, []) if invitation else []
    token, page = _own_token(snapshot, delivery, invitation, key), _meeting_page(line, number, pages)
    points = [one for one in listed if one.settled_at is None or one.settled_at > event.at]
    return {
        "meeting": snapshot.meetings.get(event.facts.get("meeting", 0)),
        "begins": _begins(snapshot, event, delivery.locale),
        "points": points[:MOST_POINTS],
        "point_count": len(points),
        "more_points": max(0, len(points) - MOST_POINTS),
        "is_guest": invitation is not None and invitation.party is not None,
        "has_answered": invitation is not None and snapshot.answers.get(invitation) is not None,
        "own_link": token is not None,
        "answer_page": pages.invitation(token) if token else page,
        "meeting_page": page,
    }


def _begins(snapshot: SendingSnapshot, event: EventForLetter, locale: str) -> str | None:
    """Return at what time of its local day a meeting begins, such as "kl. 18.30"; None when that is not known."""
    meeting = snapshot.meetings.get(event.facts.get("meeting", 0))
    told = event.facts.get("starts_at")
    starts_at = datetime.fromisoformat(told) if told else None
    if event.type == "meeting.agenda_sent" and meeting is not None:
        starts_at = meeting.starts_at
    if starts_at is None or snapshot.calendar.day_of(starts_at).isoformat() != event.facts["on"]:
        return None
    return unbroken(f"{AT[locale]} {starts_at.astimezone(snapshot.calendar.zone):%H.%M}")


def _own_token(snapshot: SendingSnapshot, delivery: Delivery, invitation: Invitation | None, key: str) -> str | None:
    """Return the token of the reader's own link; None when they are not asked, or are not invited any more.

    Nobody's own link goes to an address that is also a unit's mailbox. A guest there is the mailbox itself.
    """
    if invitation not in snapshot.answers:
        return None
    address = snapshot.addresses.get(delivery.address_id or 0)
    is_shared = address is not None and address.email_normalised in snapshot.mailboxes
    return None if is_shared and invitation.party is None else answer_token(invitation, key)


def _meeting_page(line: LineContext, number: int | None, pages: WebAddresses) -> str | None:
    """Return the URL of the page of the meeting; for whoever can log in, it asks for the log-in first."""
    if number is None:
        return None
    return pages.meeting(number) if line.get("party") else pages.own_meeting(number)
