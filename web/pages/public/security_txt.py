"""/.well-known/security.txt: where to report a weakness (RFC 9116)."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, url_for

from cases.organisation.units import contact_desk
from web.current import current, machine_now
from web.requests.guard import Audience, open_to

bp = Blueprint("security_txt", __name__)
HOLDS_FOR = timedelta(days=180)  # the RFC recommends less than a year


@bp.get("/.well-known/security.txt")
@open_to(Audience.ANYBODY)
def show() -> Response:
    """Return the file: the desk's mailbox, or the start page where it has none, and a day until which it holds."""
    with current().database.reading() as session:
        mailbox = contact_desk(session).email
    base_url = current().settings.base_url
    lines = (
        f"Contact: {f'mailto:{mailbox}' if mailbox else f'{base_url}/'}",
        f"Expires: {_expires(machine_now()).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: sv, en",
        f"Canonical: {base_url}{url_for('security_txt.show')}",
    )
    return Response("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


def _expires(now: datetime) -> datetime:
    """Return the moment until which the file holds: the same for a whole day."""
    return (now + HOLDS_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
