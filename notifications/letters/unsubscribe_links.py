"""The link with which a follower unsubscribes: each follower has one, made when a letter first needs it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.tokens import UNFOLLOW, Link, link_token, new_link
from cases.database.queries import any_of

LINKS = select(Link).where(Link.purpose == UNFOLLOW, any_of(Link.follower_id, "followers")).order_by(Link.id.desc())


def unfollow_tokens(session: Session, followers: Mapping[int, datetime], *, key: str) -> dict[int, str]:
    """Return the token in each follower's unsubscribe link, by follower id; make the links that are missing.

    `followers` maps each follower id to the moment (UTC) at which the link must be valid. A link is valid for ten years
    and may be used more than once. `key` is the secret that signs it.
    """
    found = list(session.scalars(LINKS, {"followers": list(followers)})) if followers else []
    links = {link.follower_id: link for link in found if link.expires_at > followers[link.follower_id or 0]}
    missing = {
        follower: new_link(UNFOLLOW, key=key, at=at, follower_id=follower)
        for follower, at in followers.items()
        if follower not in links
    }
    session.add_all(missing.values())
    session.flush()
    there = links | missing
    return {follower: link_token(there[follower], key) for follower in followers}
