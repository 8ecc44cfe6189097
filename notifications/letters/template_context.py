"""The values that fill in a letter's template for one event, without words that the letter's recipient may not read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.access.actors import ActorKind
from cases.access.codes import link_code
from cases.access.tokens import link_token
from cases.calendar import Calendar
from cases.deadlines.clocks import DELAYED_RUNG, HEAD_RUNG
from cases.history.words import Visibility
from cases.organisation.units import FORUM, UnitKind
from cases.public.masking import mask
from cases.states import STEPS, State
from notifications.deliveries import Channel, Delivery
from notifications.letters.catalogue import LETTERS
from notifications.letters.filling_templates import WrittenLetter, telephone, write
from notifications.letters.meeting_values import meeting_values
from notifications.letters.reply_addresses import ReplyAddresses
from notifications.letters.snapshot import LineContext, SendingSnapshot
from notifications.letters.urls import WebAddresses
from notifications.letters.wording.reasons_in_swedish import why_not
from notifications.planning.drafts import BRAKED
from notifications.row_types import CaseNow, EventForLetter

OUTSIDE = frozenset({"reporter", "group", "followers", "new_follower"})
CASE = {"sv": "ärende", "en": "case"}
HANDLERS = frozenset({"officer", "handler", "unit"})
MOST_DESCRIBED = 2000  # characters of what was asked: the rest stands on the case's page
READABLE_BY_PARTICIPANTS = frozenset({Visibility.PUBLIC, Visibility.PARTICIPANTS})
READABLE = {"followers": frozenset({Visibility.PUBLIC})}  # by audience; by default as participants
ASSIGNS = frozenset(step.event for step in STEPS if step.to is State.ASSIGNED) - {"case.answered"}
EMPTY_LINE_CONTEXT = {
    "ref": None,
    "kind": None,
    "unit": None,
    "unit_kind": None,
    "is_own": False,
    "quotes_back": False,
    "officer": None,
    "group": None,
    "category": None,
    "place": None,
    "waiting_for": None,
    "waiting_name": None,
    "due_on": None,
    "promised_on": None,
    "promise_was": None,
    "meeting_on": None,
    "meeting": None,
    "clock_on": None,
    "aside_ref": None,
    "braked": False,
    "at_desk": False,
    "follower": None,
    "looked_at": False,
    "published": False,
}


INVITED = frozenset({"invited", "groups"})
GROUPS = frozenset({"group", "groups", "plan_group"})


class Facts(dict[str, Any]):
    """An event's facts as a dict for templates: looking up a fact that the event does not have gives None."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True)
class TemplateContext:
    """What the values for templates are made from: the snapshot, the URLs of pages, and the key that signs links.

    `names_asker` is False where somebody looks at a letter to staff who may not know how to reach the one who asked.
    `replies` makes the addresses to which letters are answered by mail; None when no mail comes in.
    """

    snapshot: SendingSnapshot
    pages: WebAddresses
    key: str
    names_asker: bool = True
    replies: ReplyAddresses | None = None

    def write(self, delivery: Delivery, line: LineContext) -> WrittenLetter:
        """Return the words of the letter about the event of this line, in the delivery's language."""
        return write(line["letter"], delivery.locale, self.values(delivery, line))

    def values(self, delivery: Delivery, line: LineContext) -> dict[str, Any]:
        """Return the values for the template of the letter about the event of this line, as a dict by name."""
        event, case, calendar = self.snapshot.event_of(line), self.snapshot.case_of(line), self.snapshot.calendar
        happened_on = calendar.day_of(event.at).isoformat()
        clock_on = _clock_on(event, calendar)
        alarm = {"aside_ref": self._ref_of_failed(event), "braked": event.facts.get("reason") == BRAKED}
        told = {**EMPTY_LINE_CONTEXT, **line, **alarm, "clock_on": clock_on}
        return {
            "facts": Facts(event.facts),
            "HEAD_RUNG": HEAD_RUNG,
            "DELAYED_RUNG": DELAYED_RUNG,
            "told": told,
            "by": event.actor.value,
            "type": event.type,
            "why": why_not(event.facts.get("reason"), delivery.locale),
            "happened_on": happened_on,
            "asked_on": self._asked_on(event) or happened_on,
            "by_phone": delivery.channel is Channel.CALL,
            "house": delivery.context["house"],
            "contact": _with_marked_phone(delivery.context["contact"]),
            "reply_to": delivery.context["reply_to"],
            "takes_replies": self.reply_address(delivery) is not None,
            "names": self.snapshot.authorities | line["names"],
            "the_case": _case_in_words(told, delivery.locale),
            "about": category_and_place(told, delivery.locale),
            "audience": line["audience"],
            "to_own_group": _is_to_own_group(line),
            "many": is_to_many(line),
            "outside": line["audience"] in OUTSIDE and not _is_to_own_group(line),
            "only_reads": _is_for_the_forum(line, event),
            "owed": case is not None and case.obligation is not None,
            "protected": case is not None and bool(case.protected),
            "page": self.page(delivery, line, case),
            "acts": self._answer_page(delivery, case) is not None,
            "pages": self.pages,
            "token": self._token(event),
            "code": self._code(event),
            "may_be_sent_back": _may_be_sent_back(event),
            "late_by_law": clock_on is not None and clock_on <= happened_on,
            "day_has_passed": clock_on is not None and clock_on < happened_on,
            **self._words(line, event, case),
            "note_on_page": self._is_note_for_staff(line, event),
            "asker": _asker(line, case) if self.names_asker else None,
            **meeting_values(self.snapshot, delivery, line, self.pages, self.key),
            "plan_items": self.snapshot.plan_items.get(event.id, ()),
        }

    def reply_address(self, delivery: Delivery) -> str | None:
        """Return the address to which the letter is answered by mail, when it is about one case; else None.

        Who is invited to a meeting answers by the link: what they write is for the desk, and no part of a case.
        """
        lines = delivery.context["lines"]
        is_one = len({line.get("ref") for line in lines}) == 1 and lines[0].get("ref") is not None
        if self.replies is None or not is_one or {line["audience"] for line in lines} & INVITED:
            return None
        return self.replies.for_reply(delivery.id)

    def page(self, delivery: Delivery, line: LineContext, case: CaseNow | None) -> str | None:
        """Return the URL of the case's page for this recipient; None when the event is about no case.

        It is the page on which the letter is answered, where the letter has a link for that.
        """
        if case is None:
            return None
        if (answer_page := self._answer_page(delivery, case)) is not None:
            return answer_page
        if line["audience"] == "reporter":
            return self.pages.own_case(case.public_id)
        own = self.snapshot.own_keys.get(line.get("own_case", ""))
        if own:
            return self.pages.own_case(own)
        return self.pages.case(case.ref) if line["audience"] == "followers" else self.pages.case_at_work(case.ref)

    def _answer_page(self, delivery: Delivery, case: CaseNow | None) -> str | None:
        token = self.snapshot.letter_tokens.get((delivery.id, case.id)) if case is not None else None
        return self.pages.answer(token) if token else None

    def _token(self, event: EventForLetter) -> str | None:
        link = self.snapshot.links.get(event.facts.get("link", 0))
        return link_token(link, self.key) if link else None

    def _code(self, event: EventForLetter) -> str | None:
        link = self.snapshot.links.get(event.facts.get("link", 0))
        return link_code(link, self.key) if link else None

    def _asked_on(self, event: EventForLetter) -> str | None:
        """Return the local day, in ISO 8601, of the contact at which the case was taken down; None when at none."""
        day = self.snapshot.contact_days.get(event.facts.get("contact", 0))
        return day.isoformat() if day else None

    def _ref_of_failed(self, event: EventForLetter) -> str | None:
        """Return the reference of the case whose letter was set aside, when the event is such an alarm."""
        is_letter = event.type == "house.set_aside" and event.facts["what"] == "delivery"
        return self.snapshot.failed.get(event.facts["row"], {}).get("ref") if is_letter else None

    def _is_note_for_staff(self, line: LineContext, event: EventForLetter) -> bool:
        """Return whether the act has a note for staff alone, which stands in no mail, and this one is of staff."""
        note = self.snapshot.words_of(event).get("note")
        is_inside = note is not None and note.visibility is Visibility.INTERNAL and bool(note.text)
        return is_inside and line["audience"] not in OUTSIDE and not _is_to_own_group(line)

    def _words(self, line: LineContext, event: EventForLetter, case: CaseNow | None) -> dict[str, str | None]:
        """Return title, description and note, as far as this recipient may read them in a mail, else None."""
        nothing: dict[str, str | None] = {"title": None, "description": None, "note": None}
        letter, quotes_back = LETTERS[line["letter"]], line.get("quotes_back", False)
        if case is None or case.protected or not (letter.quotes or letter.gives_reason or quotes_back):
            return nothing
        found = self.snapshot.words_of(event)
        reader = "followers" if _is_for_the_forum(line, event) else line["audience"]  # they read the same
        readable = READABLE.get(reader, READABLE_BY_PARTICIPANTS)
        title, description, note = (found.get(name) for name in nothing)
        told = description and description.text and (letter.to_act or quotes_back)
        shown = {
            "title": title.text if title and (quotes_back or (letter.quotes and _may_read_title(line))) else None,
            "description": _shortened(description.text or "") if description and told else None,
            "note": note.text if note and note.visibility in readable and _may_read_note(line, event) else None,
        }
        masked = reader == "followers"
        return {name: mask(text) if text and masked else text for name, text in shown.items()}


def _is_for_the_forum(line: LineContext, event: EventForLetter) -> bool:
    """Return whether the letter asks the forum, or another body of its kind.

    Its members read public words only, with personal data masked.
    """
    is_body = line.get("asks_body", False) or event.facts.get("unit") == FORUM  # earlier versions did not store it
    return line["audience"] == "asked" and is_body


def _is_to_own_group(line: LineContext) -> bool:
    """Return whether the letter goes to a group about a case for which that group itself is responsible."""
    by_role = line["audience"] in HANDLERS and "unit_id" not in line
    return line.get("unit_kind") == UnitKind.GROUP and (by_role or bool(line.get("is_own")))


def is_to_many(line: LineContext) -> bool:
    """Return whether several people read the letter: a group, or whoever opens the mailbox that a unit shares."""
    shares_mailbox = "unit_id" in line and "person" not in line
    return line["audience"] in GROUPS or shares_mailbox or _is_to_own_group(line)


def _may_be_sent_back(event: EventForLetter) -> bool:
    """Return whether the unit could send the case back after the event: only one that waits to be taken on."""
    state = event.facts.get("state") or event.facts.get("to")
    return event.type in ASSIGNS or state == State.ASSIGNED


def _asker(line: LineContext, case: CaseNow | None) -> dict[str, str | None] | None:
    """Return name, telephone number and mail address of who asked, for staff who are to act, else None.

    Nobody is told who lives under protected identity, and members of groups are told of nobody.
    """
    told = LETTERS[line["letter"]].to_act and not _is_to_own_group(line)
    if case is None or case.protected or not told:
        return None
    phone = telephone(case.asker_phone) if case.asker_phone else None
    found = {"name": case.asker_name, "phone": phone, "email": case.asker_email}
    return found if any(found.values()) else None


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_DESCRIBED else text[:MOST_DESCRIBED].rstrip() + " …"


def _may_read_title(line: LineContext) -> bool:
    """Return whether the title may be sent: not to an address that anybody may have typed before staff has read it."""
    return line["audience"] not in {"reporter", "followers"} or bool(line.get("looked_at"))


def _may_read_note(line: LineContext, event: EventForLetter) -> bool:
    """Return whether the note may be sent: what a reporter wrote not to followers, what a visitor wrote to nobody."""
    if event.actor is ActorKind.REPORTER:
        return bool(line["audience"] != "followers")
    return event.actor is not ActorKind.VISITOR


def category_and_place(told: dict[str, Any], locale: str) -> str:
    """Return a case's category and place, such as "Trafik, Lillån", which tell cases apart without quoting anybody.

    `told` has the values of one line of a letter, among them "category" and "place"; what is missing is left out.
    """
    category = (told.get("category") or {}).get(locale)
    return ", ".join(part for part in (category, told.get("place")) if part)


def _with_marked_phone(contact: dict[str, str | None]) -> dict[str, str | None]:
    return {**contact, "phone": telephone(contact["phone"])} if contact["phone"] else contact


def _case_in_words(told: dict[str, Any], locale: str) -> str:
    """Return "ärende 2026-0042 (Trafik, Lillån)"."""
    about = category_and_place(told, locale)
    return f"{CASE[locale]} {told['ref']}" + (f" ({about})" if about else "")


def _clock_on(event: EventForLetter, calendar: Calendar) -> str | None:
    """Return the local day, in ISO 8601, on which the clock of a rung runs out; None for other events."""
    due_at = event.facts.get("due_at")
    return calendar.day_of(datetime.fromisoformat(due_at)).isoformat() if due_at else None
