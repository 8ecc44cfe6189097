"""Telling: what a letter's template gets to know about one line of a delivery, and what it must not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.access.actors import ActorKind
from cases.access.tokens import link_token
from cases.calendar import Calendar
from cases.deadlines.clocks import DELAYED_RUNG, HEAD_RUNG
from cases.history.words import Visibility
from cases.public.masking import mask
from notifications.deliveries import Channel, Delivery
from notifications.letters.catalogue import LETTERS
from notifications.letters.reasons_not_sent import why_not
from notifications.letters.snapshot import SendingSnapshot, ToldLine
from notifications.letters.urls import WebAddresses
from notifications.letters.writing import WrittenLetter, unbroken, write
from notifications.read_models import CaseNow, EventForLetter

OUTSIDE = frozenset({"reporter", "group", "followers", "new_follower"})
WHO_MAY_READ = {
    "followers": frozenset({Visibility.PUBLIC}),
}
CASE = {"sv": "ärende", "en": "case"}
THOSE_WHO_TAKE_PART = frozenset({Visibility.PUBLIC, Visibility.PARTICIPANTS})
ABSENT = {
    "ref": None,
    "kind": None,
    "unit": None,
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
    "clock_on": None,
    "aside_ref": None,
    "at_desk": False,
    "follower": None,
    "looked_at": False,
    "published": False,
}


class Facts(dict[str, Any]):
    """An event's facts: what is not known is None."""

    def __missing__(self, name: str) -> None:
        return None


@dataclass(frozen=True)
class TemplateContext:
    """Who writes letters: has read around them, knows the house's web addresses and the key of its links."""

    around: SendingSnapshot
    pages: WebAddresses
    key: str

    def tell(self, delivery: Delivery, line: ToldLine) -> WrittenLetter:
        """Give the letter of one line."""
        return write(line["letter"], delivery.locale, self.context(delivery, line))

    def context(self, delivery: Delivery, line: ToldLine) -> dict[str, Any]:
        """Give what the template may use."""
        event, case, calendar = self.around.event_of(line), self.around.case_of(line), self.around.calendar
        happened_on = calendar.day_of(event.at).isoformat()
        clock_on = _clock_on(event, calendar)
        told = {**ABSENT, **line, "clock_on": clock_on, "aside_ref": self._aside(event)}
        return {
            "facts": Facts(event.facts),
            "HEAD_RUNG": HEAD_RUNG,
            "DELAYED_RUNG": DELAYED_RUNG,
            "told": told,
            "by": event.actor.value,
            "type": event.type,
            "why": why_not(event.facts.get("reason"), delivery.locale),
            "happened_on": happened_on,
            "by_phone": delivery.channel is Channel.CALL,
            "house": delivery.context["house"],
            "contact": _whole_number(delivery.context["contact"]),
            "reply_to": delivery.context["reply_to"],
            "names": line["names"],
            "the_case": _in_words(told, delivery.locale),
            "about": about_of(told, delivery.locale),
            "audience": line["audience"],
            "outside": line["audience"] in OUTSIDE,
            "page": self.page(line, case),
            "pages": self.pages,
            "token": self._token(event),
            "late_by_law": clock_on is not None and clock_on <= happened_on,
            "day_has_passed": clock_on is not None and clock_on < happened_on,
            **self._words(line, event, case),
        }

    def page(self, line: ToldLine, case: CaseNow | None) -> str | None:
        """Give where the recipient reads more about the case."""
        if case is None:
            return None
        if line["audience"] == "reporter":
            return self.pages.own_case(case.public_id)
        own = line.get("own_case")
        return self.pages.own_case(own) if own else self.pages.case(case.ref)

    def _token(self, event: EventForLetter) -> str | None:
        link = self.around.links.get(event.facts.get("link", 0))
        return link_token(link, self.key) if link else None

    def _aside(self, event: EventForLetter) -> str | None:
        """Give the reference of the case whose letter was set aside."""
        is_letter = event.type == "house.set_aside" and event.facts["what"] == "delivery"
        return self.around.failed.get(event.facts["row"], {}).get("ref") if is_letter else None

    def _words(self, line: ToldLine, event: EventForLetter, case: CaseNow | None) -> dict[str, str | None]:
        """Give the title and the note as far as this recipient may read them in a mail."""
        silent: dict[str, str | None] = {"title": None, "note": None}
        if case is None or case.protected or not LETTERS[line["letter"]].quotes:
            return silent
        found = self.around.said(event)
        readable = WHO_MAY_READ.get(line["audience"], THOSE_WHO_TAKE_PART)
        title, note = found.get("title"), found.get("note")
        shown = {
            "title": title.text if title and _may_name_it(line) else None,
            "note": note.text if note and note.visibility in readable and _may_pass_on(line, event) else None,
        }
        masked = line["audience"] == "followers"
        return {name: mask(text) if text and masked else text for name, text in shown.items()}


def _may_name_it(line: ToldLine) -> bool:
    """A title that nobody of the house has read is not sent to an address that anybody may have typed."""
    return line["audience"] not in {"reporter", "followers"} or bool(line.get("looked_at"))


def _may_pass_on(line: ToldLine, event: EventForLetter) -> bool:
    """What somebody outside has written goes to the house and the group, not to everybody who follows."""
    if event.actor is ActorKind.REPORTER:
        return bool(line["audience"] != "followers")
    return event.actor is not ActorKind.VISITOR


def about_of(told: dict[str, Any], locale: str) -> str:
    """Give the topic and the place: what tells cases apart without anybody's words."""
    category = (told.get("category") or {}).get(locale)
    return ", ".join(part for part in (category, told.get("place")) if part)


def _whole_number(contact: dict[str, str | None]) -> dict[str, str | None]:
    return {**contact, "phone": unbroken(contact["phone"])} if contact["phone"] else contact


def _in_words(told: dict[str, Any], locale: str) -> str:
    """Give "ärende 2026-0042 (Trafik, Lillån)"."""
    about = about_of(told, locale)
    return f"{CASE[locale]} {told['ref']}" + (f" ({about})" if about else "")


def _clock_on(event: EventForLetter, calendar: Calendar) -> str | None:
    """Give the local day of the clock that a rung speaks of."""
    due_at = event.facts.get("due_at")
    return calendar.day_of(datetime.fromisoformat(due_at)).isoformat() if due_at else None
