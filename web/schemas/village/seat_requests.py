"""The bodies of requests that give and end seats."""

from cases.organisation.sectors import Office, Sector
from web.schemas.fields import Choice, LocalDay, MailAddress, Slug, Strict


class SeatIn(Strict):
    """The body of POST /units/<slug>/seats: who gets a seat, for which group or sector, and from when to when."""

    email = MailAddress(required=True)
    group = Slug(load_default=None, allow_none=True)
    sector = Choice(Sector, load_default=None, allow_none=True)
    office = Choice(Office, load_default=None, allow_none=True)
    since = LocalDay(load_default=None, allow_none=True, metadata={"description": "The first day; null for today."})
    until = LocalDay(
        load_default=None,
        allow_none=True,
        metadata={"description": "The first day on which it is not held any more; null when nobody knows."},
    )


class SeatEndingIn(Strict):
    """The body of POST /units/<slug>/seats/<number>/ending."""

    on = LocalDay(required=True, metadata={"description": "The first day on which it is not held any more."})
