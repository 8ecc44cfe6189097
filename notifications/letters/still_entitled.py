"""Check, when a letter is sent, whether its recipient is still entitled to it; if not, the letter is suppressed."""

from collections.abc import Callable
from dataclasses import dataclass

from cases.mail_addresses import normalised
from cases.states import State
from notifications.addresses import is_address
from notifications.deliveries import Delivery
from notifications.letters.snapshot import LineContext, SendingSnapshot

NO_LONGER_WORKS = "the person is switched off"
LEFT_THE_UNIT = "the person has left the unit"
MAILBOX_GONE = "the unit no longer has this mailbox"
ADDRESS_GONE = "the address was erased or changed"
NO_LONGER_FOLLOWS = "the follower has left"
NO_LONGER_PUBLIC = "the case is no longer public"
NO_LONGER_CLOSED = "the case is not closed any more, or nobody may be asked about it"
LINK_DEAD = "the link is used or too old"


@dataclass(frozen=True)
class CheckedLine:
    """What is needed to check one line of a letter, that is, one event of which it tells.

    `address` is the mail address to which the letter goes, normalised; None when it has none.
    """

    snapshot: SendingSnapshot
    line: LineContext
    address: str | None


def reason_to_suppress(snapshot: SendingSnapshot, delivery: Delivery) -> str | None:
    """Return the reason, in English, why the letter must not be sent.

    None if the recipient may still be told of at least one of the letter's events.
    """
    lost = lines_no_longer_due(snapshot, delivery)
    return next(iter(lost.values()), None) if len(lost) == len(delivery.context["lines"]) else None


def lines_no_longer_due(snapshot: SendingSnapshot, delivery: Delivery) -> dict[int, str]:
    """Return why the recipient may no longer be told of events: reasons in English, as a dict by event id.

    Events of which the recipient may still be told are left out.
    """
    address = snapshot.addresses.get(delivery.address_id or 0)
    email = address.email_normalised if address else None
    lost = {line["event"]: _reason_against(CheckedLine(snapshot, line, email)) for line in delivery.context["lines"]}
    return {event_id: reason for event_id, reason in lost.items() if reason}


def _reason_against(checked: CheckedLine) -> str | None:
    return next((reason for check in CHECKS if (reason := check(checked))), None)


def _check_person(checked: CheckedLine) -> str | None:
    person = checked.snapshot.people.get(checked.line.get("person") or 0)
    if person is None:
        return None
    if not person.active:
        return NO_LONGER_WORKS
    unit_id = checked.line.get("unit_id")
    return LEFT_THE_UNIT if unit_id and (person.id, unit_id) not in checked.snapshot.serving else None


def _check_mailbox(checked: CheckedLine) -> str | None:
    unit_id = checked.line.get("unit_id")
    if unit_id is None or checked.line.get("person"):
        return None
    unit = checked.snapshot.units.get(unit_id)
    is_same = unit is not None and unit.active and _is_still(unit.email, checked.address)
    return None if is_same else MAILBOX_GONE


def _check_party(checked: CheckedLine) -> str | None:
    party = checked.snapshot.parties.get(checked.line.get("party") or 0)
    if party is None or checked.address is None:
        return None
    return None if _is_still(party.email, checked.address) else ADDRESS_GONE


def _check_follower(checked: CheckedLine) -> str | None:
    follower = checked.snapshot.followers.get(checked.line.get("follower") or 0)
    if follower is None or checked.line["letter"] == "opt_in":
        return None
    if follower.ended_at is not None:
        return NO_LONGER_FOLLOWS
    case = checked.snapshot.cases[follower.case_id]
    hidden = case.published_at is None or case.protected
    return NO_LONGER_PUBLIC if hidden and not checked.line.get("own_case") else None


def _check_question(checked: CheckedLine) -> str | None:
    """Return why it is not asked how it went: the case was taken up again, or who asked is under protection now."""
    case = checked.snapshot.case_of(checked.line)
    if checked.line["letter"] != "how_it_went" or case is None:
        return None
    return NO_LONGER_CLOSED if case.state is not State.CLOSED or case.protected else None


def _check_link(checked: CheckedLine) -> str | None:
    link = checked.snapshot.links.get(checked.snapshot.event_of(checked.line).facts.get("link") or 0)
    if link is None:
        return None
    return LINK_DEAD if link.used_at or link.expires_at <= checked.snapshot.present else None


CHECKS: tuple[Callable[[CheckedLine], str | None], ...] = (
    _check_person,
    _check_mailbox,
    _check_party,
    _check_follower,
    _check_question,
    _check_link,
)


def _is_still(email: str | None, address: str | None) -> bool:
    return is_address(email) and normalised(email or "") == address
