"""Rendering: a delivery in, a letter out, in text and in HTML, from the same paragraphs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from textwrap import wrap
from typing import Any

from cases.calendar import Calendar
from cases.settings import Settings
from notifications.deliveries import Delivery
from notifications.letters.html_page import html_template
from notifications.letters.snapshot import SendingSnapshot, ToldLine
from notifications.letters.still_entitled import lines_no_longer_due
from notifications.letters.template_context import ABSENT, TemplateContext, about_of
from notifications.letters.urls import WebAddresses
from notifications.letters.writing import MOST_KEPT, NBSP, Paragraph, ParagraphKind, WrittenLetter, write, write_subject
from notifications.planning.drafts import DIGEST

WIDTH = 72
WaysOut = dict[str, str]  # a case's reference -> where its follower leaves
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class LetterSettings:
    """What all letters of an installation share."""

    base_url: str
    key: str = field(repr=False)
    mail_from: str
    calendar: Calendar

    @classmethod
    def of(cls, settings: Settings) -> LetterSettings:
        """Give the letterhead that the settings say."""
        return cls(settings.base_url, settings.secret_key, settings.mail_from, settings.calendar)

    @property
    def pages(self) -> WebAddresses:
        """Where things are read."""
        return WebAddresses(self.base_url)

    @property
    def domain(self) -> str:
        """The right side of our message ids."""
        return self.mail_from.rpartition("@")[2]


@dataclass(frozen=True)
class Rendered:
    """A letter as it can be sent. `sender` is a fixed name and our address."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sender: str
    to_email: str
    date: datetime


def render(around: SendingSnapshot, delivery: Delivery, letterhead: LetterSettings) -> Rendered:
    """Give the letter of a delivery by mail: the same for the same rows, whenever it is asked for."""
    teller = TemplateContext(around, letterhead.pages, letterhead.key)
    lines = lines_told(around, delivery)
    written = _digest(teller, delivery, lines) if delivery.letter == DIGEST else teller.tell(delivery, lines[0])
    ways_out = _ways_out(around, lines, letterhead.pages)
    case = around.case_of(lines[0]) if len(lines) == 1 else None
    return Rendered(
        subject=written.subject,
        text=as_text(written, ways_out),
        html=as_html(written, delivery.locale, ways_out),
        headers={
            **AUTOMATIC,
            **_thread(case.ref if case else None, letterhead),
            **_reply_to(delivery.context),
            **_unsubscribe(ways_out),
        },
        sender=f"{_plain_name(delivery.context['house'])} <{letterhead.mail_from}>",
        to_email=around.addresses[delivery.address_id or 0].email,
        date=delivery.created_at,
    )


def lines_told(around: SendingSnapshot, delivery: Delivery) -> list[ToldLine]:
    """Give the lines that the recipient may still be told; those of a letter of one line as they are."""
    lines: list[ToldLine] = delivery.context["lines"]
    lost = lines_no_longer_due(around, delivery) if delivery.letter == DIGEST else {}
    return [line for line in lines if line["event"] not in lost]


def _digest(teller: TemplateContext, delivery: Delivery, lines: list[ToldLine]) -> WrittenLetter:
    """Give one letter for several lines of a tick."""
    items = [(_in_brief(teller, delivery, line), teller.page(line, teller.around.case_of(line))) for line in lines]
    more = delivery.context["more"]
    refs = {line["ref"] for line in lines}
    context = teller.context(delivery, lines[0])
    context |= {
        "told": ABSENT,
        "items": items,
        "count": len(items) + more if more else len(refs),
        "more": more,
        "only": refs.pop() if len(refs) == 1 else None,
    }
    return write(DIGEST, delivery.locale, context)


def _in_brief(teller: TemplateContext, delivery: Delivery, line: ToldLine) -> str:
    """Give the line's own subject, with the title as far as it may be read, the topic and the place."""
    context = teller.context(delivery, line)
    subject, about = write_subject(line["letter"], delivery.locale, context), about_of(line, delivery.locale)
    named = f"{subject} – {context['title']}" if context["title"] else subject
    return f"{named} ({about})" if about else named


# --- text and HTML ---------------------------------------------------------------------


def as_text(written: WrittenLetter, ways_out: WaysOut) -> str:
    """Give the letter as plain text, in lines of 72 signs."""
    body = [_plain(paragraph) for paragraph in written.paragraphs]
    foot = [_plain(paragraph) for paragraph in written.sections["foot"]]
    ends = list(ways_out.values()) if len(ways_out) == 1 else [f"{ref}: {url}" for ref, url in ways_out.items()]
    last = "\n".join([*foot, *ends])
    return ("\n\n".join([*body, f"-- \n{last}"]) + "\n").replace(NBSP, " ")


def _plain(paragraph: Paragraph) -> str:
    if paragraph.shape is ParagraphKind.QUOTE:
        return "\n".join(_wrapped(line, "> ", "> ") for line in paragraph.lines)
    if paragraph.shape is ParagraphKind.LIST:
        return "\n".join(_wrapped(line, "- ", "  ") for line in paragraph.lines)
    if paragraph.shape is ParagraphKind.BUTTON:
        return f"{paragraph.lines[0]}:\n{paragraph.url}"
    if paragraph.shape is ParagraphKind.LINK:
        return f"{_wrapped(paragraph.lines[0], '- ', '  ')}\n  {paragraph.url}"
    return _wrapped(paragraph.lines[0])


@lru_cache(MOST_KEPT)
def _wrapped(text: str, first: str = "", then: str = "") -> str:
    """Return the text in lines of at most 72 signs, each word whole: no link is parted, and no day."""
    lines = wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines) or first.rstrip()


def as_html(written: WrittenLetter, locale: str, ways_out: WaysOut) -> str:
    """Give the same paragraphs as one HTML page whose styles stand in its tags."""
    return html_template().render(written=written, locale=locale, ways_out=ways_out).replace(NBSP, " ")


# --- headers ---------------------------------------------------------------------------


def _thread(ref: str | None, letterhead: LetterSettings) -> dict[str, str]:
    """All letters about a case hang below one id that no letter has."""
    root = f"<case.{ref}@{letterhead.domain}>"
    return {"In-Reply-To": root, "References": root} if ref else {}


def _reply_to(context: dict[str, Any]) -> dict[str, str]:
    return {"Reply-To": context["reply_to"]} if context["reply_to"] else {}


def followers_told(around: SendingSnapshot, delivery: Delivery) -> list[int]:
    """Give the followers to whom the letter goes as such: one for each case that its address follows."""
    lines = lines_told(around, delivery)
    return [line["follower"] for line in lines if "follower" in line and line["letter"] != "opt_in"]


def _ways_out(around: SendingSnapshot, lines: list[ToldLine], pages: WebAddresses) -> WaysOut:
    """Give where a follower leaves each case that the letter tells of."""
    ways_out = around.ways_out
    return {
        line["ref"]: pages.unfollow(ways_out[line["follower"]]) for line in lines if line.get("follower") in ways_out
    }


def _unsubscribe(ways_out: WaysOut) -> dict[str, str]:
    """One click, as RFC 8058 has it: one address only, so not where a letter tells of several cases."""
    if len(ways_out) != 1:
        return {}
    [way_out] = ways_out.values()
    return {
        "List-Unsubscribe": f"<{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _plain_name(name: str) -> str:
    """A display name that needs no quoting."""
    return " ".join("".join(sign for sign in name if sign not in '<>"@,;:()[]\\').split())
