"""The code in a log-in letter, which is typed where the link cannot be opened: eight signs of Crockford's base32.

Like the link's token it is derived from the secret key, and never stored. A try is counted before codes are compared.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cases.access.tokens import LOGIN, Link, hashed

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


def count_try(session: Session, browser: str, *, at: datetime) -> tuple[list[int], bool]:
    """Count one try of a code in the browser with this cookie; commit before codes are compared (ASVS 6.6.3).

    Return the ids of the log-in links whose code may be compared, and whether there are others that had too many tries:
    five for a link, or ten in a day for all links of its address. The caller has locked the municipality, so that two
    tries at once are counted one after the other.
    """
    live = session.scalars(
        select(Link)
        .where(Link.browser == hashed(browser), Link.purpose == LOGIN, Link.address.is_not(None))
        .where(Link.used_at.is_(None), Link.expires_at > at)
        .order_by(Link.id.desc())
        .limit(MOST_LINKS)
    ).all()
    today = _tries_today(session, {link.address for link in live}, at)
    ids = [link.id for link in live if link.tries < MOST_TRIES and today.get(link.address, 0) < MOST_TRIES_A_DAY]
    session.execute(update(Link).where(Link.id.in_(ids)).values(tries=Link.tries + 1))
    return ids, len(ids) < len(live)


def link_with_code(session: Session, ids: Collection[int], typed: str, *, key: str, at: datetime) -> Link | None:
    """Return the link of somebody, among those with these ids, that has this code and can still be used; else None."""
    code = read_code(typed).encode()
    links = session.scalars(select(Link).where(Link.id.in_(ids), Link.used_at.is_(None), Link.expires_at > at)).all()
    found = [link for link in links if hmac.compare_digest(read_code(link_code(link, key)).encode(), code)]
    return next((link for link in found if link.person_id is not None), None)


def _tries_today(session: Session, addresses: Collection[str | None], at: datetime) -> dict[str | None, int]:
    statement = select(Link.address, func.sum(Link.tries)).where(Link.address.in_(addresses), Link.made_at > at - DAY)
    return {address: int(tries) for address, tries in session.execute(statement.group_by(Link.address))}
