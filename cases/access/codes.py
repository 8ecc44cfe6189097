"""The code in a log-in letter, which is typed where the link cannot be opened: eight signs of Crockford's base32.

Like the link's token it is derived from the secret key, and never stored. A try is counted before codes are compared.
"""

import base64
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from cases.access.tokens import LOGIN, Link, hashed, is_active

BASE32, CROCKFORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BYTES = 5  # 40 bits
MISREAD = str.maketrans("OIL", "011")
BETWEEN = re.compile(r"[\s\u00ad\u200b\u2060\ufeff\u2010-\u2015\u2212_.-]")
MOST_TRIES, DAY, MOST_TRIES_A_DAY = 5, timedelta(days=1), 10
MOST_LINKS = 5  # of one browser whose codes are looked at: somebody may have asked with several addresses


def link_code(link: Link, key: str) -> str:
    """Return the code of a log-in link, such as "7KQ2-M0XD". `key` is the secret key of the installation."""
    digest = hmac.new(f"codes:{key}".encode(), link.nonce.encode(), hashlib.sha256).digest()
    code = base64.b32encode(digest[:BYTES]).decode().translate(str.maketrans(BASE32, CROCKFORD))
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """Return the signs of a code as somebody typed it: in capitals, without gaps, O read as 0, I and L as 1."""
    return BETWEEN.sub("", typed).upper().translate(MISREAD)


@dataclass(frozen=True)
class Tries:
    """Which log-in links a try was counted for: their `ids`, whose codes may be compared.

    `too_often`: there are others that had too many tries before. `was_last`: none of these can be tried again.
    """

    ids: Collection[int]
    too_often: bool
    was_last: bool


def count_try(session: Session, browser: str, *, at: datetime) -> Tries:
    """Count one try of a code in the browser with this cookie, before codes are compared (ASVS 6.6.3).

    A link has five tries; its address ten in a day for all its letters, counted apart for each known browser of its
    owner. The caller has locked the municipality, so that two tries at once are counted one after the other.
    """
    links = session.scalars(_links_of(browser, at).where(Link.used_at.is_(None))).all()
    today = _tries_today(session, {link.address for link in links}, at)
    left = {link.id: min(MOST_TRIES - link.tries, MOST_TRIES_A_DAY - today[_counter(link)]) for link in links}
    ids = [number for number, tries in left.items() if tries > 0]
    session.execute(update(Link).where(Link.id.in_(ids)).values(tries=Link.tries + 1))
    return Tries(ids, too_often=len(ids) < len(left), was_last=all(left[number] == 1 for number in ids))


def link_with_code(session: Session, ids: Collection[int], typed: str, *, key: str, at: datetime) -> Link | None:
    """Return the link of somebody active, among those with these ids, that has this code and can be used; else None."""
    usable = select(Link).where(Link.id.in_(ids), Link.used_at.is_(None), Link.expires_at > at)
    found = _with_code(session.scalars(usable), typed, key)
    return next((link for link in found if is_active(session, link.person_id)), None)


def was_used(session: Session, browser: str, typed: str, *, key: str, at: datetime) -> bool:
    """Return whether this is the code of a link that this browser asked for and that has been used, while it lives.

    Whoever sends the right code twice at once has used it by the first. To know a used code opens nothing.
    """
    used = _links_of(browser, at).where(Link.used_at.is_not(None))
    return bool(_with_code(session.scalars(used), typed, key))


def _links_of(browser: str, at: datetime) -> Select[Link]:
    mine = (Link.browser == hashed(browser), Link.purpose == LOGIN, Link.address.is_not(None), Link.expires_at > at)
    return select(Link).where(*mine).order_by(Link.id.desc()).limit(MOST_LINKS)


def _with_code(links: Iterable[Link], typed: str, key: str) -> list[Link]:
    code = read_code(typed).encode()
    return [link for link in links if hmac.compare_digest(read_code(link_code(link, key)).encode(), code)]


def _counter(link: Any) -> tuple[str | None, str | None]:
    return link.address, link.quota if link.known_browser else None


def _tries_today(session: Session, addresses: Collection[str | None], at: datetime) -> Counter[Any]:
    """Return how many tries of a day were counted, by what `_counter` returns for a link."""
    columns = (Link.address, Link.quota, Link.known_browser, Link.tries)
    tried = select(*columns).where(Link.address.in_(addresses), Link.made_at > at - DAY, Link.tries > 0)
    today: Counter[Any] = Counter()
    for link in session.execute(tried):
        today[_counter(link)] += link.tries
    return today
