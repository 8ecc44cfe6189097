"""What pages say of seats: sectors and offices, and from when to when somebody sits."""

from collections.abc import Mapping
from datetime import timedelta

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.organisation.sectors import Office, Sector
from cases.village.seats.reading import SeatShown
from web.language.dates import day_words
from web.language.gettext import gettext

A_DAY = timedelta(days=1)

SECTORS: Mapping[Sector, LazyString] = {
    Sector.MUNICIPALITY: _l("The municipality"),
    Sector.REGION: _l("The region"),
    Sector.BUSINESS: _l("Business"),
    Sector.ASSOCIATIONS: _l("Associations"),
    Sector.CITIZENS: _l("Citizens"),
}
OFFICES: Mapping[Office, LazyString] = {
    Office.CHAIR: _l("Chair"),
    Office.SECRETARY: _l("Secretary"),
    Office.MEMBER: _l("Ordinary member"),
    Office.SUBSTITUTE: _l("Substitute"),
}


def seat_days(seat: SeatShown) -> str:
    """Return from which day to which somebody holds the seat, both included, such as "from 1 April 2026"."""
    since = day_words(seat.since)
    if seat.until is None:
        return gettext("from %(since)s", since=since)
    return gettext("%(since)s to %(last)s", since=since, last=day_words(seat.until - A_DAY))
