"""The link with which a follower leaves: one each, made when the first letter needs it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.keys import UNFOLLOW, Link, link_token, make_link


def unfollow_token(session: Session, follower_id: int, *, key: str, at: datetime) -> str:
    """Give the follower's token. It lives for ten years and may be used twice."""
    known = select(Link).where(Link.purpose == UNFOLLOW, Link.follower_id == follower_id, Link.expires_at > at)
    link = session.scalars(known.order_by(Link.id).limit(1)).first()
    link = link or make_link(session, UNFOLLOW, key=key, at=at, follower_id=follower_id)
    return link_token(link, key)
