"""What feeds and calendars call what has happened, and what a day is."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

NEWS: Mapping[str, LazyString] = {  # what has happened to a case, by the type of the event
    "case.received": _l("New: %(title)s"),
    "case.assigned": _l("Passed on: %(title)s"),
    "case.planned": _l("Planned: %(title)s"),
    "case.started": _l("Begun: %(title)s"),
    "case.waiting": _l("Waiting: %(title)s"),
    "case.parked": _l("Resting: %(title)s"),
    "case.done": _l("Done: %(title)s"),
    "case.declined": _l("Comes to nothing: %(title)s"),
    "case.merged": _l("Joined with another: %(title)s"),
    "case.reopened": _l("Taken up again: %(title)s"),
    "register.answered": _l("Answered: %(title)s"),
    "plan.adopted": _l("The plan of %(title)s is adopted"),
    "plan.anchored": _l("How the village took part: %(title)s"),
}
OTHER_NEWS = _l("News: %(title)s")
OWN_DAYS: Mapping[str, LazyString] = {  # of one's own calendar: what one holds, and what one's group owes
    "held": _l("By today: %(title)s"),
    "owed": _l("%(name)s, by today: %(title)s"),
}
DAYS: Mapping[str, LazyString] = {
    "plan": _l("%(name)s: the plan is to be updated"),
    "first_plan": _l("%(name)s: the first plan is to be adopted"),
    "item": _l("To be done by today: %(title)s"),
}
