"""Who may read which event of a case: `WHO_READS` names the readers of each type of event.

What tells of the reporter's person (that they have or had a protected identity, that their details or key were
replaced) is for staff, and as far as they do it themselves for the reporter. It is never for those who take part beside
them, nor for those who only meet about the case. The reader's view of the event's texts is in `visibility`.
"""

from enum import StrEnum
from typing import Any

from cases.access.actors import Actor, ActorKind
from cases.case import Case
from cases.history.words import Visibility
from cases.reading.visibility import may_read, takes_part


class EventReader(StrEnum):
    """In what capacity somebody reads a case's events.

    PARTICIPANT belongs to a unit that takes part, such as the group; FORUM only reads the case on an agenda.
    """

    STAFF = "staff"
    REPORTER = "reporter"
    PARTICIPANT = "participant"
    FORUM = "forum"


STAFF = frozenset({EventReader.STAFF})
STAFF_AND_REPORTER = STAFF | {EventReader.REPORTER}
WHO_TAKES_PART = STAFF_AND_REPORTER | {EventReader.PARTICIPANT}
EVERYBODY = WHO_TAKES_PART | {EventReader.FORUM}

WHO_READS: dict[str, frozenset[EventReader]] = {
    "case.received": EVERYBODY,
    "case.imported": EVERYBODY,
    "case.assigned": EVERYBODY,
    "case.sent_back": EVERYBODY,
    "case.planned": EVERYBODY,
    "case.started": EVERYBODY,
    "case.waiting": EVERYBODY,
    "case.answered": EVERYBODY,
    "case.parked": EVERYBODY,
    "case.taken_up": EVERYBODY,
    "case.done": EVERYBODY,
    "case.contested": EVERYBODY,
    "case.confirmed": EVERYBODY,
    "case.reopened": EVERYBODY,
    "case.closed": EVERYBODY,
    "case.satisfaction_asked": WHO_TAKES_PART,
    "case.satisfaction_answered": WHO_TAKES_PART,
    "case.declined": EVERYBODY,
    "case.merged": EVERYBODY,
    "case.commented": EVERYBODY,
    "case.corrected": EVERYBODY,
    "case.promised": EVERYBODY,
    "case.promise_broken": EVERYBODY,
    "case.escalated": EVERYBODY,
    "case.put_on_agenda": EVERYBODY,
    "case.taken_off_agenda": EVERYBODY,
    "contact.logged": EVERYBODY,  # what was said at it is for staff
    "case.carried": EVERYBODY,
    "case.dropped_from_plan": EVERYBODY,
    "plan.adopted": EVERYBODY,
    "plan.anchored": EVERYBODY,
    "meeting.called": EVERYBODY,
    "meeting.moved": EVERYBODY,
    "meeting.cancelled": EVERYBODY,
    "meeting.agenda_sent": EVERYBODY,
    "meeting.held": EVERYBODY,
    "minutes.adjusted": EVERYBODY,
    "case.settled_on_agenda": EVERYBODY,
    "case.recommended": EVERYBODY,
    "register.entered": EVERYBODY,
    "register.forwarded": EVERYBODY,
    "register.answered": EVERYBODY,
    "case.attached": WHO_TAKES_PART,
    "case.followed": WHO_TAKES_PART,
    "case.unfollowed": WHO_TAKES_PART,
    "case.related": WHO_TAKES_PART,
    "case.took_over": WHO_TAKES_PART,
    "case.words_erased": WHO_TAKES_PART,
    "case.reporter_corrected": STAFF_AND_REPORTER,
    "case.key_replaced": STAFF_AND_REPORTER,
    "case.link_put_out": STAFF,
    "case.mail_filed": STAFF,
    "case.address_bounced": STAFF,
    "case.reply_read": WHO_TAKES_PART,
    "case.protection_changed": STAFF,
    "case.kept_off_agenda": STAFF,
}
IDS_OF_PEOPLE = frozenset({"officer", "follower", "adjusters", "people", "parties"})  # facts that are ids of rows
ONLY_FOR_STAFF = frozenset({"junk"})  # facts: nobody is told that their mail is taken for junk


def reader_of(actor: Actor, case: Case) -> EventReader:
    """Return in what capacity the actor, who may see the case, reads its events."""
    if actor.is_staff:
        return EventReader.STAFF
    if not takes_part(actor, case):
        return EventReader.FORUM
    return EventReader.REPORTER if actor.kind is ActorKind.REPORTER else EventReader.PARTICIPANT


def may_read_event(actor: Actor, case: Case, type_: str, facts: dict[str, Any]) -> bool:
    """Return whether the actor may know of an event of this type and with these facts; False for an unknown type."""
    if reader_of(actor, case) not in WHO_READS.get(type_, STAFF):
        return False
    return may_read(actor, case, Visibility(facts.get("visibility", Visibility.PUBLIC)))


def facts_for(actor: Actor, facts: dict[str, Any]) -> dict[str, Any]:
    """Return an event's facts as the actor may read them: without ids of people, unless the actor is staff."""
    hidden = frozenset() if actor.is_staff else IDS_OF_PEOPLE | ONLY_FOR_STAFF
    return {name: value for name, value in facts.items() if name not in hidden}
