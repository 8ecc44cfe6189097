"""Render a delivery as a letter: subject, headers, and the same paragraphs as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from textwrap import wrap
from typing import Any

from cases.calendar import Calendar
from cases.settings import Settings
from notifications.deliveries import Delivery
from notifications.letter_links.link import LinkKey, WantedLink
from notifications.letter_links.what_is_asked import link_wanted
from notifications.letters.calendar_entry import calendar_entry
from notifications.letters.filling_templates import (
    MOST_KEPT,
    NBSP,
    Paragraph,
    ParagraphKind,
    WrittenLetter,
    in_one_line,
    write,
    write_subject,
)
from notifications.letters.html_page import html_template
from notifications.letters.reply_addresses import OUR_DELIVERY, ReplyAddresses, reply_addresses
from notifications.letters.snapshot import LineContext, SendingSnapshot
from notifications.letters.still_entitled import lines_no_longer_due
from notifications.letters.template_context import (
    EMPTY_LINE_CONTEXT,
    TemplateContext,
    category_and_place,
    is_to_many,
)
from notifications.letters.urls import WebAddresses
from notifications.letters.wording.telephones import without_marks
from notifications.planning.drafts import ALARMS, COMMENTS, DIGEST, QUESTIONS
from notifications.planning.rate_limits import RECEIPT
from notifications.preferences import pace_token

WIDTH = 72
MOST_QUOTED = 20_000  # characters of comments in one letter: as many as one comment may have
UnsubscribeUrls = dict[str, str]  # by reference of the case


@dataclass(frozen=True)
class WaysOut:
    """The links at the end of a letter: to stop following each case, by its reference, and to choose when letters come.

    `choose` is "" in a letter that nobody can have later. `many`: whether the letter is read by several people.
    """

    unsubscribe: UnsubscribeUrls
    choose: str = ""
    many: bool = False

    def when(self, locale: str) -> str:
        """Return the words of the link to choose when letters come."""
        return (WHEN_MANY if self.many else WHEN)[locale]


SAYS_OF_A_CASE = {  # by letter of a sweep
    "overdue": "late",
    "delayed": "late",
    "promise_broken": "late",
    "on_agenda": "late",
    "due_soon": "due",
    "due_now": "due",
    "statutory": "due",
    "closed": "closed",
    "taken_up": "taken_up",
}
WITH_CALENDAR = frozenset({"called", "meeting_changed"})
OF_A_BATCH = frozenset({DIGEST, QUESTIONS})
WITHOUT_CHOICE = frozenset({"login", "opt_in"})  # letters that nobody can have later
TOLD_AT_ONCE = frozenset({"reporter", "new_follower"})  # audiences to which nothing comes later
WHEN = {"sv": "När vill du ha mejl? Välj här", "en": "When do you want e-mails? Choose here"}
WHEN_MANY = {**WHEN, "sv": "När vill ni ha mejl? Välj här"}
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class LetterSettings:
    """The settings of the installation that letters need. `key` is the secret with which their links are signed.

    `replies` makes the addresses to which letters are answered; None when no mail comes in.
    """

    base_url: str
    key: str = field(repr=False)
    mail_from: str
    calendar: Calendar
    replies: ReplyAddresses | None = None

    @classmethod
    def of(cls, settings: Settings) -> LetterSettings:
        """Return the settings for letters, taken from all settings of the installation."""
        replies = reply_addresses(settings)
        return cls(settings.base_url, settings.secret_key, settings.mail_from, settings.calendar, replies)

    @property
    def pages(self) -> WebAddresses:
        """The URLs of the installation's web pages, for links in letters."""
        return WebAddresses(self.base_url)

    @property
    def domain(self) -> str:
        """The domain of the sender's mail address, which also ends message ids."""
        return self.mail_from.rpartition("@")[2]


@dataclass(frozen=True)
class RenderedLetter:
    """A letter ready to become MIME. `sender` is the municipality's name with the installation's mail address.

    `calendar` is a calendar file that goes with it; "" for none.
    """

    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sender: str
    to_email: str
    date: datetime
    calendar: str = ""


def render(snapshot: SendingSnapshot, delivery: Delivery, settings: LetterSettings) -> RenderedLetter:
    """Return the letter of a delivery that goes by mail. The same database rows always give the same letter."""
    template_context = TemplateContext(snapshot, settings.pages, settings.key, replies=settings.replies)
    lines = lines_still_due(snapshot, delivery)
    written = WRITERS.get(delivery.letter, _about_one_event)(template_context, delivery, lines)
    unsubscribe_urls = _unsubscribe_urls(snapshot, lines, settings.pages)
    first = delivery.context["lines"][0]
    many = is_to_many(first) and not first.get("person")  # somebody who can log in chooses for themselves alone
    ways_out = WaysOut(unsubscribe_urls, _choosing_url(delivery, lines, settings), many)
    case = snapshot.case_of(lines[0]) if len({line.get("ref") for line in lines}) == 1 else None
    title = case_subject(template_context, delivery, lines)
    return RenderedLetter(
        subject=title or written.subject,
        text=as_text(written, delivery.locale, ways_out, headline=written.subject if title else ""),
        html=as_html(written, delivery.locale, ways_out),
        headers={
            **AUTOMATIC,
            OUR_DELIVERY: str(delivery.id),
            **_thread(case.ref if case else None, settings),
            **_reply_to(template_context, delivery),
            **_unsubscribe(unsubscribe_urls),
        },
        sender=f"{_plain_name(delivery.context['house'])} <{settings.mail_from}>",
        to_email=snapshot.addresses[delivery.address_id or 0].email,
        date=delivery.created_at,
        calendar=_calendar(snapshot, delivery, lines, settings),
    )


def _calendar(snapshot: SendingSnapshot, delivery: Delivery, lines: list[LineContext], settings: LetterSettings) -> str:
    """Return the calendar file of a letter that invites to a meeting, or tells that it is moved or cancelled."""
    if delivery.letter not in WITH_CALENDAR:
        return ""
    event = snapshot.event_of(lines[0])
    meeting = snapshot.meetings[event.facts["meeting"]]
    return calendar_entry(event, meeting, domain=settings.domain, url=settings.pages.meeting(meeting.id))


def case_subject(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> str | None:
    """Return "[2026-0042] The lamp is out" for a letter about one case whose title its reader may read, else None.

    All such letters of a case share this subject, so that people recognise it and mail programs show one thread. A
    receipt never has it: a subject is shown on locked telephones.
    """
    if len({line.get("ref") for line in lines}) != 1 or delivery.letter == RECEIPT:
        return None
    titles = [template_context.values(delivery, line)["title"] for line in lines]
    return in_one_line(f"[{lines[0]['ref']}] {titles[0]}") if all(titles) else None


def lines_still_due(snapshot: SendingSnapshot, delivery: Delivery) -> list[LineContext]:
    """Return the lines of the letter that are still to be told; each line stands for one event.

    A letter about several events of a batch leaves out those of which its recipient may no longer be told. Any other
    letter returns all its lines.
    """
    lines: list[LineContext] = delivery.context["lines"]
    lost = lines_no_longer_due(snapshot, delivery) if delivery.letter in OF_A_BATCH else {}
    return [line for line in lines if line["event"] not in lost]


def _digest(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> WrittenLetter:
    """Return one letter for several lines of a batch of events."""
    by_case: dict[str, list[LineContext]] = {}
    for line in lines:
        by_case.setdefault(line["ref"], []).append(line)
    notes = _notes_in_digest(template_context, delivery, lines)
    items = [
        (
            _in_brief(template_context, delivery, told),
            template_context.page(delivery, told[-1], template_context.snapshot.case_of(told[-1])),
            [notes[line["event"]] for line in told if line["event"] in notes],
        )
        for told in by_case.values()
    ]
    more, held_for = delivery.context["more"], delivery.context.get("held_for")
    values = template_context.values(delivery, lines[0])
    values |= {
        "held_for": held_for,
        "acts": any(place[0] == delivery.id for place in template_context.snapshot.letter_tokens),
        "told": {
            **EMPTY_LINE_CONTEXT,
            "at_desk": all(line.get("at_desk") for line in lines),
            "group": _same_in_all(lines, "group"),
            "follower": lines[0].get("follower"),
        },
        "items": items,
        "all_are": _what_all_are([template_context.values(delivery, line) for line in lines], lines, held_for),
        "count": len(lines) + more if more else len(items),
        "more": more,
        "only": lines[0]["ref"] if len(items) == 1 else None,
    }
    return write(DIGEST, delivery.locale, values)


def _same_in_all(lines: list[LineContext], name: str) -> str | None:
    """Return what all lines have under this name; None when they differ."""
    found = {line.get(name) for line in lines}
    return found.pop() if len(found) == 1 else None


def _notes_in_digest(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> dict[int, str]:
    """Return what was written in the events of a digest of held letters, by event, as much of it as fits.

    A digest of a batch quotes nobody.
    """
    found, room = {}, MOST_QUOTED
    for line in lines if delivery.context.get("held_for") else ():
        note = template_context.values(delivery, line)["note"] or ""
        room -= len(note)
        if note and room >= 0:
            found[line["event"]] = note
    return found


def _what_all_are(told: list[dict[str, Any]], lines: list[LineContext], held_for: str | None) -> str:
    """Return what is true of all cases of a digest: "late", "due", "closed", "taken_up" or, of what was held, "news".

    Else "news" for those outside, and "mixed" for staff.
    """
    if held_for:
        return "news"
    found = {
        "late" if values["day_has_passed"] else SAYS_OF_A_CASE.get(line["letter"], "")
        for values, line in zip(told, lines, strict=True)
    }
    return found.pop() if len(found) == 1 and "" not in found else "news" if told[0]["outside"] else "mixed"


def _comments(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> WrittenLetter:
    """Return one letter for several comments from outside on one case, with as many of the texts as fit."""
    told = [template_context.values(delivery, {**line, "letter": COMMENTS}) for line in lines]
    notes, room = [], MOST_QUOTED
    for note in (values["note"] for values in told if values["note"]):
        room -= len(note)
        if room >= 0:
            notes.append(note)
    count = len(lines) + delivery.context["more"]
    writers = {line["gathered_as"].partition("/")[2] for line in lines}
    values = told[-1] | {"notes": notes, "count": count, "unquoted": count - len(notes), "writers": writers}
    return write(COMMENTS, delivery.locale, values)


def _about_one_event(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> WrittenLetter:
    return template_context.write(delivery, lines[0])


def _alarms(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> WrittenLetter:
    """Return one letter for several alarms with one cause; it names the cases once each."""
    told = [template_context.values(delivery, line) for line in lines]
    refs = list(dict.fromkeys(values["told"]["aside_ref"] for values in told if values["told"]["aside_ref"]))
    return write(ALARMS, delivery.locale, told[0] | {"count": len(lines) + delivery.context["more"], "refs": refs})


def _questions(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> WrittenLetter:
    """Return one letter about all questions that were taken down at once, each with its reference and its page."""
    told = [template_context.values(delivery, line) for line in lines]
    items = [
        (_named(line, values["title"], delivery.locale), values["page"])
        for line, values in zip(lines, told, strict=True)
    ]
    more, read_by = delivery.context["more"], max(values["facts"]["due_on"] for values in told)
    values = told[0] | {"items": items, "count": len(lines) + more, "more": more, "read_by": read_by}
    if len(lines) > 1:  # about no single case
        values["told"] = values["told"] | {"ref": None}
    return write(QUESTIONS, delivery.locale, values)


WRITERS = {DIGEST: _digest, COMMENTS: _comments, ALARMS: _alarms, QUESTIONS: _questions}


def _named(line: LineContext, title: str | None, locale: str) -> str:
    """Return "[ref] title (category, place)", without what is not known or may not be read."""
    about = category_and_place(line, locale)
    return in_one_line(" ".join(filter(None, (f"[{line['ref']}]", title, about and f"({about})"))))


def _in_brief(template_context: TemplateContext, delivery: Delivery, lines: list[LineContext]) -> str:
    """Return "[ref] subject; subject – title (category, place)" of a case's lines, the title only if it may be read."""
    told = [template_context.values(delivery, line) for line in lines]
    pairs = zip(lines, told, strict=True)
    subjects = [write_subject(line["letter"], delivery.locale, values) for line, values in pairs]
    ref = f"[{lines[0]['ref']}] "
    brief = dict.fromkeys(one.removeprefix(ref) for one in subjects)  # what happened several times is said once
    named = (ref if subjects[0].startswith(ref) else "") + "; ".join(brief)
    if title := next((values["title"] for values in told if values["title"]), None):
        named = f"{named} – {title}"
    about = category_and_place(lines[0], delivery.locale)
    return f"{named} ({about})" if about else named


# --- text and HTML ---------------------------------------------------------------------


def as_text(written: WrittenLetter, locale: str, ways_out: WaysOut, *, headline: str = "") -> str:
    """Return the letter as plain text, in lines of at most 72 characters; longer words stay whole.

    It begins with `headline`: what is new, when the subject is the case's title. It ends with the links `ways_out`.
    """
    unsubscribe_urls = ways_out.unsubscribe
    body = [_wrapped(headline), *(_plain(paragraph) for paragraph in written.paragraphs)]
    foot = [_plain(paragraph) for paragraph in written.sections["foot"]]
    ends = (
        list(unsubscribe_urls.values())
        if len(unsubscribe_urls) == 1
        else [f"{ref}: {url}" for ref, url in unsubscribe_urls.items()]
    )
    choose = [f"{ways_out.when(locale)}:", ways_out.choose] if ways_out.choose else []
    signature = "\n".join([*foot, *ends, *choose])
    return ("\n\n".join([*filter(None, body), f"-- \n{signature}"]) + "\n").replace(NBSP, " ")


def _plain(paragraph: Paragraph) -> str:
    """Return the paragraph as plain text, in which a telephone number stands as it was written."""
    if paragraph.shape is ParagraphKind.QUOTE:
        return "\n".join(_wrapped(line, "> ", "> ") for line in paragraph.lines)
    if paragraph.shape is ParagraphKind.LIST:
        return "\n".join(_wrapped(without_marks(line), "- ", "  ") for line in paragraph.lines)
    if paragraph.shape is ParagraphKind.BUTTON:
        return f"{paragraph.lines[0]}:\n{paragraph.url}"
    if paragraph.shape is ParagraphKind.LINK:
        return f"{_wrapped(paragraph.lines[0], '- ', '  ')}\n  {paragraph.url}"
    return _wrapped(without_marks(paragraph.lines[0]))


@lru_cache(MOST_KEPT)
def _wrapped(text: str, first: str = "", then: str = "") -> str:
    """Return the text in lines of at most 72 characters. Words stay whole, and so do links and days."""
    lines = wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines) or first.rstrip()


def as_html(written: WrittenLetter, locale: str, ways_out: WaysOut) -> str:
    """Return the letter as one HTML page with inlined styles; the page ends with the links `ways_out`."""
    links = {"ways_out": ways_out.unsubscribe, "choose": ways_out.choose, "when": ways_out.when(locale)}
    return html_template().render(written=written, locale=locale, **links).replace(NBSP, " ")


# --- headers ---------------------------------------------------------------------------


def _thread(ref: str | None, settings: LetterSettings) -> dict[str, str]:
    """Return headers by which mail programs show all letters of a case as one thread: its root is no real letter."""
    root = f"<case.{ref}@{settings.domain}>"
    return {"In-Reply-To": root, "References": root} if ref else {}


def _reply_to(template_context: TemplateContext, delivery: Delivery) -> dict[str, str]:
    address = template_context.reply_address(delivery) or delivery.context["reply_to"]
    return {"Reply-To": address} if address else {}


def followers_addressed(snapshot: SendingSnapshot, delivery: Delivery) -> list[int]:
    """Return the follower ids for which the letter needs an unsubscribe link.

    A follower id stands for one person who follows one case. The letter that asks a new follower to confirm needs no
    link.
    """
    lines = lines_still_due(snapshot, delivery)
    return [line["follower"] for line in lines if "follower" in line and line["letter"] != "opt_in"]


def links_wanted(snapshot: SendingSnapshot, delivery: Delivery, mode: str) -> dict[LinkKey, WantedLink]:
    """Return the links with which the letter is to be answered, one at most for each case of which it tells.

    `mode` is the setting of the house that says whose letters carry such links.
    """
    by_case: dict[int, list[LineContext]] = {}
    for line in lines_still_due(snapshot, delivery):
        if (case := snapshot.case_of(line)) is not None:
            by_case.setdefault(case.id, []).append(line)
    found = {}
    for case_id, lines in by_case.items():
        told = [(snapshot.event_of(line), snapshot.cases[case_id]) for line in lines]
        if (wanted := link_wanted(delivery, lines, told, mode)) is not None:
            found[delivery.id, case_id] = wanted
    return found


def _choosing_url(delivery: Delivery, lines: list[LineContext], settings: LetterSettings) -> str:
    """Return where the reader says when letters come: by a link of the address, unless the reader can log in."""
    is_told_at_once = all(line["audience"] in TOLD_AT_ONCE for line in lines)
    if delivery.letter in WITHOUT_CHOICE or delivery.address_id is None or is_told_at_once:
        return ""
    if lines[0].get("person"):
        return settings.pages.preferences()
    return settings.pages.preferences(pace_token(delivery.address_id, settings.key))


def _unsubscribe_urls(snapshot: SendingSnapshot, lines: list[LineContext], pages: WebAddresses) -> UnsubscribeUrls:
    """Return where a follower unsubscribes, by reference of each case of which the letter tells."""
    tokens = snapshot.unsubscribe_tokens
    return {line["ref"]: pages.unfollow(tokens[line["follower"]]) for line in lines if line.get("follower") in tokens}


def _unsubscribe(unsubscribe_urls: UnsubscribeUrls) -> dict[str, str]:
    """Return the headers of one-click unsubscribing (RFC 8058), which allow one URL: none for several cases."""
    if len(unsubscribe_urls) != 1:
        return {}
    [url] = unsubscribe_urls.values()
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _plain_name(name: str) -> str:
    """Return the name as a header can hold it: in quotes when it has brackets or stops, without other such characters.

    Without "=" nothing in it passes for an encoded word, of which nobody knows what it hides.
    """
    plain = " ".join("".join(letter for letter in name if letter not in '<>"@,;:=[]\\').split())
    return f'"{plain}"' if set(plain) & set("().") else plain
