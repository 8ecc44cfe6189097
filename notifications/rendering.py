"""Rendering: a delivery in, a letter out, in text and in HTML, from the same paragraphs."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import css_inline
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.settings import Settings
from notifications.deliveries import Address, Delivery
from notifications.letters import KEEP, Paragraph, Shape, Written, page_around, write
from notifications.mailings import DIGEST
from notifications.rights import lost_lines
from notifications.telling import ABSENT, Around, Teller, about_of
from notifications.unfollowing import unfollow_token
from notifications.web_addresses import WebAddresses

WIDTH = 72
INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True)
class Letterhead:
    """What all letters of an installation share."""

    base_url: str
    key: str = field(repr=False)
    mail_from: str
    calendar: Calendar

    @classmethod
    def of(cls, settings: Settings) -> Letterhead:
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


def render(session: Session, delivery: Delivery, letterhead: Letterhead) -> Rendered:
    """Give the letter of a delivery by mail: the same for the same rows, whenever it is asked for.

    A follower's way out is a link, which is added to the session when it is the first.
    """
    teller = Teller(session, letterhead.pages, letterhead.key)
    around = teller.around(delivery)
    lines = delivery.context["lines"]
    written = (_digest if delivery.letter == DIGEST else _single)(teller, delivery, around)
    way_out = _way_out(session, delivery, letterhead)
    address = session.get_one(Address, delivery.address_id)
    case = around.case_of(lines[0]) if len(lines) == 1 else None
    return Rendered(
        subject=written.subject,
        text=as_text(written, way_out),
        html=as_html(written, delivery.locale, way_out),
        headers={
            **AUTOMATIC,
            **_thread(case.ref if case else None, letterhead),
            **_reply_to(delivery.context),
            **_unsubscribe(way_out),
        },
        sender=f"{_plain_name(delivery.context['house'])} <{letterhead.mail_from}>",
        to_email=address.email,
        date=delivery.created_at,
    )


def _single(teller: Teller, delivery: Delivery, around: Around) -> Written:
    return teller.tell(delivery, delivery.context["lines"][0], around)


def _digest(teller: Teller, delivery: Delivery, around: Around) -> Written:
    """Give one letter for all lines of a tick that its recipient may still be told."""
    lost = lost_lines(teller.session, delivery)
    lines = [line for line in delivery.context["lines"] if line["event"] not in lost]
    items = [(_in_brief(teller, delivery, line, around), teller.page(line, around.case_of(line))) for line in lines]
    more = delivery.context["more"]
    refs = {line["ref"] for line in lines}
    context = teller.context(delivery, lines[0], around)
    context |= {
        "told": ABSENT,
        "items": items,
        "count": len(items) + more if more else len(refs),
        "more": more,
        "only": refs.pop() if len(refs) == 1 else None,
    }
    return write(DIGEST, delivery.locale, context)


def _in_brief(teller: Teller, delivery: Delivery, line: dict[str, Any], around: Around) -> str:
    """Give the line's own subject, with the title as far as it may be read, the topic and the place."""
    context = teller.context(delivery, line, around)
    subject, about = write(line["letter"], delivery.locale, context).subject, about_of(line, delivery.locale)
    named = f"{subject} – {context['title']}" if context["title"] else subject
    return f"{named} ({about})" if about else named


# --- text and HTML ---------------------------------------------------------------------


def as_text(written: Written, way_out: str | None = None) -> str:
    """Give the letter as plain text, in lines of 72 signs."""
    body = [_plain(paragraph) for paragraph in written.paragraphs]
    foot = [_plain(paragraph) for paragraph in written.sections["foot"]]
    last = "\n".join([*foot, *([way_out] if way_out else [])])
    return ("\n\n".join([*body, f"-- \n{last}"]) + "\n").replace(KEEP, " ")


def _plain(paragraph: Paragraph) -> str:
    if paragraph.shape is Shape.QUOTE:
        return "\n".join(_wrapped(line, "> ", "> ") or ">" for line in paragraph.lines)
    if paragraph.shape is Shape.LIST:
        return "\n".join(_wrapped(line, "- ", "  ") for line in paragraph.lines)
    if paragraph.shape is Shape.BUTTON:
        return f"{paragraph.lines[0]}:\n{paragraph.url}"
    if paragraph.shape is Shape.LINK:
        return f"{_wrapped(paragraph.lines[0], '- ', '  ')}\n  {paragraph.url}"
    return _wrapped(paragraph.lines[0], "", "")


def _wrapped(text: str, first: str, then: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_html(written: Written, locale: str, way_out: str | None = None) -> str:
    """Give the same paragraphs as one HTML page whose styles stand in its tags."""
    page = page_around().get_template("around.html")
    filled = page.render(written=written, locale=locale, way_out=way_out)
    return INLINER.inline(filled.replace(KEEP, " "))


# --- headers ---------------------------------------------------------------------------


def _thread(ref: str | None, letterhead: Letterhead) -> dict[str, str]:
    """All letters about a case hang below one id that no letter has."""
    root = f"<case.{ref}@{letterhead.domain}>"
    return {"In-Reply-To": root, "References": root} if ref else {}


def _reply_to(context: dict[str, Any]) -> dict[str, str]:
    return {"Reply-To": context["reply_to"]} if context["reply_to"] else {}


def _way_out(session: Session, delivery: Delivery, letterhead: Letterhead) -> str | None:
    """Give where a follower leaves; only a letter about one case, to one who follows it, has one."""
    lines = delivery.context["lines"]
    line = lines[0]
    if len(lines) > 1 or "follower" not in line or line["letter"] == "opt_in":
        return None
    at = delivery.created_at
    token = unfollow_token(session, line["follower"], key=letterhead.key, at=at)
    return letterhead.pages.unfollow(token)


def _unsubscribe(way_out: str | None) -> dict[str, str]:
    """One click, as RFC 8058 has it."""
    if way_out is None:
        return {}
    return {
        "List-Unsubscribe": f"<{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _plain_name(name: str) -> str:
    """A display name that needs no quoting."""
    return " ".join("".join(sign for sign in name if sign not in '<>"@,;:()[]\\').split())
