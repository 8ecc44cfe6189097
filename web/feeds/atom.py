"""An Atom feed (RFC 4287), written with the standard library."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring  # nosec B405 - only written

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
register_namespace("", NAMESPACE)


@dataclass(frozen=True)
class AtomEntry:
    """One piece of news: `id` is an address that never changes, `url` the page about it. `text` is plain."""

    id: str
    url: str
    title: str
    text: str
    updated: datetime


@dataclass(frozen=True)
class AtomFeed:
    """A feed about the page `url`, itself at `own_url`, by `author`; `updated` is of its latest entry."""

    url: str
    own_url: str
    title: str
    author: str
    language: str
    updated: datetime
    entries: Sequence[AtomEntry]


def write_atom(feed: AtomFeed) -> bytes:
    """Return the feed as a document in UTF-8. The entries stand in the order that is given."""
    root = Element(f"{{{NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _add(root, "id", feed.url)
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(feed.updated))
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=feed.own_url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    for entry in feed.entries:
        _add_entry(root, entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _add_entry(root: Element, entry: AtomEntry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", _moment(entry.updated))
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    _add(element, "content", entry.text, type="text")


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    element = SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    element.text = NOT_IN_XML.sub("", text) or None
    return element


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
