"""What pages say of villages: how an item stands, how a plan stands on the map, and days as weeks and months."""

from collections.abc import Mapping
from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.village.showing.tallies import ItemStanding
from web.language.dates import day_words, far_off
from web.language.gettext import gettext, ngettext

FEW_DAYS, MANY_DAYS = 14, 120  # fewer are told as days, more as months; in between as weeks
A_WEEK, A_MONTH = 7, 30.44  # days

STANDING_NAMES: Mapping[ItemStanding, LazyString] = {
    ItemStanding.DONE: _l("Done"),
    ItemStanding.UNDER_WAY: _l("Under way"),
    ItemStanding.PLANNED: _l("Planned"),
    ItemStanding.LATE: _l("Delayed"),
    ItemStanding.RESTING: _l("Resting or ended"),
}
STANDING_COLOURS: Mapping[ItemStanding, str] = {
    ItemStanding.DONE: "success",
    ItemStanding.UNDER_WAY: "info",
    ItemStanding.PLANNED: "neutral",
    ItemStanding.LATE: "danger",
    ItemStanding.RESTING: "neutral",
}
ON_MAP: Mapping[str, LazyString] = {  # how the plan of a village stands on the map
    "on_time": _l("plan on time"),
    "late": _l("plan late"),
    "none": _l("no plan adopted"),
}


def until_words(day: date, today: date) -> str:
    """Return how far off a day is: "in 5 days", "in 6 weeks" or "in 8 months"; "12 days late" when it has passed."""
    days = (day - today).days
    if days < FEW_DAYS:
        return far_off(days, late=True)
    if days <= MANY_DAYS:
        return ngettext("in %(num)d week", "in %(num)d weeks", round(days / A_WEEK))
    return ngettext("in %(num)d month", "in %(num)d months", round(days / A_MONTH))


def late_plan_words(next_on: date, *, has_plan: bool) -> str:
    """Return that a plan is late, and by when it should have been updated, or adopted when there is none yet."""
    if has_plan:
        return gettext("Late: it should have been updated by %(day)s.", day=day_words(next_on))
    return gettext("Late: the first plan should have been adopted by %(day)s.", day=day_words(next_on))
