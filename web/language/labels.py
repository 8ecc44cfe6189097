"""What things are called on screen: one table for each kind of name, translated when it is shown."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel.lists import format_list
from flask_babel import lazy_gettext as _l

from cases.meetings.agenda_items import AgendaReason
from cases.states import Kind, State
from web.language.gettext import gettext, language

STATE_COLOURS = {
    State.RECEIVED: "info",
    State.ASSIGNED: "info",
    State.PLANNED: "brand1",
    State.IN_PROGRESS: "brand1",
    State.WAITING: "warning",
    State.DONE: "success",
    State.CLOSED: "success",
}

KINDS = {
    Kind.ISSUE: _l("Issue"),
    Kind.PROPOSAL: _l("Proposal"),
    Kind.ACTION: _l("Plan item"),
    Kind.APPLICATION: _l("Application"),
    Kind.DUTY: _l("Duty"),
}

KINDS_EXPLAINED = {
    Kind.ISSUE: _l("A fault, a question or a wish"),
    Kind.PROPOSAL: _l("A proposal"),
    Kind.ACTION: _l("An item of a local development plan"),
    Kind.APPLICATION: _l("An application for village money"),
    Kind.DUTY: _l("A recurring duty"),
}

CHANNELS = {
    "web": _l("Web"),
    "phone": _l("Telephone"),
    "mail": _l("E-mail"),
    "meeting": _l("Meeting"),
    "visit": _l("Visit"),
    "letter": _l("Letter"),
}

CONTACT_WAYS = {
    "visit": _l("Visit"),
    "phone": _l("Telephone"),
    "meeting": _l("Meeting"),
    "mail": _l("By e-mail"),
}

UNCHOSEN_CHANNELS = {
    "duty": _l("A recurring duty"),
    "plan": _l("A local plan"),
    "import": _l("Import"),
    "api": _l("Another system"),
}

STEPS = {
    "assign": _l("Assign"),
    "hand_over": _l("Assign to another unit"),
    "appoint": _l("Appoint an officer"),
    "send_back": _l("Not ours"),
    "plan": _l("Plan"),
    "start": _l("Start"),
    "wait": _l("Wait for somebody"),
    "answer": _l("Answered: go on"),
    "park": _l("Put on hold"),
    "take_up": _l("Take up"),
    "finish": _l("Done"),
    "contest": _l("No, it is not fixed"),
    "confirm": _l("Yes, it is fixed"),
    "reopen": _l("Reopen"),
    "decline": _l("Decline"),
    "merge": _l("Merge"),
}

STEPS_AGAIN = {
    ("plan", State.PLANNED): _l("New date"),
    ("start", State.IN_PROGRESS): _l("Give news and a new date"),
    ("wait", State.WAITING): _l("Wait on"),
    ("park", State.PARKED): _l("Keep on hold to another day"),
}

WORDS_OF_STEPS = {  # what the field for words asks for, by step
    "send_back": _l("Why is it not yours? The person who asked reads this"),
    "wait": _l("What do you ask, or why does it wait?"),
    "answer": _l("The answer"),
    "park": _l("Why can it not be taken on now? The person who asked reads this"),
    "finish": _l("What has been done, or the answer? The person who asked reads this"),
    "contest": _l("What is still wrong? Those who have the case read this"),
    "reopen": _l("Why is it taken up again? The person who asked reads this"),
    "decline": _l("Why not? The person who asked reads this"),
    "merge": _l("Why is it the same? The person who asked reads this"),
}

TOLD_OF_STEPS = {  # what those get who are told, by whom the case is to wait for
    "wait": {
        "reporter": _l("The person who asked gets the question and can answer it. Others learn that the case waits."),
        "unit": _l("The unit that you choose gets the question. Others learn for whom the case waits."),
        "other": _l("They learn for whom the case waits. Nothing is sent to somebody outside: ask them yourself."),
    },
    "park": {"": _l("They get the reason and the day. On that day the case comes back to the contact person.")},
}

STEP_ICONS = {
    "assign": "arrow-right",
    "hand_over": "arrow-right",
    "appoint": "user",
    "send_back": "rotate-ccw",
    "plan": "calendar",
    "start": "play",
    "wait": "clock",
    "answer": "message-circle",
    "park": "pause",
    "take_up": "play",
    "finish": "check",
    "contest": "hand",
    "confirm": "check",
    "reopen": "rotate-ccw",
    "decline": "x",
    "merge": "git-merge",
}

VISIBILITIES = {
    "public": _l("For everybody"),
    "participants": _l("For those who take part"),
    "internal": _l("Only for staff (nobody is told)"),
}

READERS = {  # who will read the words, by their visibility
    "public": _l("The person who asked reads it, and everybody if the case is public."),
    "participants": _l("The person who asked reads it, and those who have the case. It is never public."),
    "internal": _l(
        "Only staff read it, here on the page. It is in no e-mail, and the person who asked does not see it."
    ),
}

UNIT_KINDS = {
    "desk": _l("Contact desk"),
    "department": _l("Department"),
    "group": _l("Group"),
    "board": _l("Board"),
    "forum": _l("Forum"),
    "council": _l("Council"),
}

GROUP_SORTS = {
    "village": _l("Village group"),
    "town": _l("Town group"),
    "sector": _l("Sector group"),
}

ROLES = {
    "contact": _l("Contact person"),
    "officer": _l("Officer"),
    "head": _l("Head"),
    "member": _l("Member"),
    "admin": _l("Administrator"),
}

REPORTER_DETAILS = {
    "name": _l("name"),
    "email": _l("e-mail address"),
    "phone": _l("telephone number"),
}
ACTORS = {
    "reporter": _l("The person who asked"),
    "visitor": _l("A visitor"),
    "unit": _l("A shared mailbox"),
    "clock": _l("Ventil (automatic)"),
    "import": _l("Import"),
    "command": _l("Ventil (command)"),
}

OUTCOMES = {
    "waiting": _l("waiting to be sent"),
    "sent": _l("sent"),
    "suppressed": _l("not sent"),
    "set_aside": _l("not delivered: could not be sent"),
    "called": _l("rung"),
}

ASIDE_KINDS = {
    "work": _l("E-mails about an event"),
    "delivery": _l("An e-mail"),
    "tick": _l("Reminders"),
    "inbound": _l("An e-mail that came in"),
}

LETTERS = {
    "receipt": _l("receipt"),
    "questions_received": _l("questions received"),
    "new_key": _l("new private link"),
    "assigned": _l("a unit is asked"),
    "sent_back": _l("sent back"),
    "taken_on": _l("taken on"),
    "news": _l("news"),
    "question": _l("a question"),
    "answered": _l("an answer"),
    "promise_moved": _l("the promise is moved"),
    "promise_broken": _l("the promise is broken"),
    "delayed": _l("delayed"),
    "parked": _l("on hold"),
    "taken_up": _l("taken up again"),
    "done": _l("done"),
    "contested": _l("not fixed"),
    "reopened": _l("reopened"),
    "closed": _l("closed"),
    "how_it_went": _l("a question how it went"),
    "declined": _l("declined"),
    "merged": _l("merged"),
    "due_soon": _l("a reminder before the last day"),
    "due_now": _l("a reminder on the last day"),
    "overdue": _l("a reminder after the last day"),
    "statutory": _l("the law’s last day"),
    "on_agenda": _l("on the forum’s agenda"),
    "kept_off_agenda": _l("kept off the forum’s agenda"),
    "set_aside": _l("an alarm: something was not delivered"),
    "mail_trouble": _l("an alarm about incoming e-mail"),
    "reply_to_done": _l("about a reply to the news that it is done"),
    "address_bounced": _l("about an address that does not exist"),
    "morning": _l("the morning e-mail"),
    "login": _l("a link to log in"),
    "opt_in": _l("a question whether to follow"),
    "digest": _l("several reminders"),
    "comments": _l("several messages"),
    "alarms": _l("an alarm: several things were not delivered"),
    "plan_adopted": _l("a plan was adopted"),
    "called": _l("an invitation to a meeting"),
    "meeting_changed": _l("a meeting is moved or cancelled"),
    "agenda": _l("an agenda"),
    "minutes": _l("approved minutes"),
    "recommended": _l("a recommendation"),
}

WHY_ON_AGENDA = {
    AgendaReason.OVERDUE: _l("Overdue"),
    AgendaReason.WAITS: _l("Waits for the forum"),
    AgendaReason.CARRIED: _l("Carried over from the meeting before"),
    AgendaReason.PARKED: _l("Was on hold until now"),
    AgendaReason.CHOSEN: _l("Chosen"),
}
NO_LONGER_LATE = _l("Has been delayed")  # on an agenda for being overdue: it has got a new day, or news


def channel_name(channel: str) -> str:
    """Return the name of the channel by which a case came in. A channel without a name here is returned unchanged."""
    return str((CHANNELS | UNCHOSEN_CHANNELS).get(channel, channel))


def step_name(name: str, source: State) -> str:
    """Return what the step `name`, a key of `STEPS`, is called on screen for a case in state `source`.

    For example "plan" is called "New date" if the case is already planned.
    """
    return str(STEPS_AGAIN.get((name, source)) or STEPS[name])


def words_of_step(name: str) -> str:
    """Return what the field for words is called on screen for the step `name`, a key of `STEPS`."""
    return str(WORDS_OF_STEPS.get(name) or _l("Message"))


def told_of_step(name: str) -> dict[str, str]:
    """Return the sentences on what is told of the step `name`, by whom the case is to wait for ("": whoever it is)."""
    return {whom: str(sentence) for whom, sentence in TOLD_OF_STEPS.get(name, {}).items()}


def listed(names: Iterable[str]) -> str:
    """Return the names as one text, with "and" before the last, in the language of the page."""
    return format_list(list(names), locale=language())


def choices(table: Mapping[Any, Any]) -> list[tuple[str, str]]:
    """Return a table from values to names as the options of a select field: pairs of value and name."""
    return [(str(value), str(words)) for value, words in table.items()]


def mailbox_name(unit: str | None) -> str:
    """Return who acted by a letter to the shared mailbox of the unit with this name; "" for None."""
    return gettext("%(unit)s, by its shared mailbox", unit=unit) if unit else ""
