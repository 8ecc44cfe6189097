"""The feeds of one village, which tell what is public: its news for readers of feeds, and its days for calendars."""

from urllib.parse import urlsplit

from flask import Blueprint, Response

from cases.organisation.municipality import municipality
from cases.organisation.units import Unit
from cases.village.plans.records.anchoring import AnchoringKind
from cases.village.registers.news import PublicNews
from cases.village.showing.days import VillageDay, village_days
from cases.village.showing.news import group_shown, village_news
from web.current import current, right_now
from web.feeds import atom, calendar_file
from web.feeds.answering import LONG_AGO, answer, whole_url
from web.language.gettext import language
from web.language.village.news_words import DAYS, NEWS, OTHER_NEWS
from web.language.village.plan_words import ANCHORING_KINDS
from web.pages.village.forum.convening.calendar import meeting_day
from web.requests.guard import Audience, open_to

bp = Blueprint("village_feeds", __name__)


@bp.get("/bygd/<slug>.atom")
@open_to(Audience.ANYBODY)
def news(slug: str) -> Response:
    """Return the news of the village as an Atom feed; 404 for an unknown group."""
    with current().database.reading() as session:
        unit, author = group_shown(session, slug), municipality(session).name
        found = village_news(session, unit)
    changed = found[0].at if found else LONG_AGO
    page, own = whole_url("village.show", slug=slug), whole_url("village_feeds.news", slug=slug)
    feed = atom.AtomFeed(
        page, own, unit.name, author, language(), changed, [_entry(unit, one) for one in found],
    )  # fmt: skip
    return answer(atom.write_atom(feed), atom.MEDIA_TYPE, changed)


@bp.get("/bygd/<slug>.ics")
@open_to(Audience.ANYBODY)
def days(slug: str) -> Response:
    """Return the days of the village as a calendar; 404 for an unknown group."""
    with current().database.reading() as session:
        found = village_days(session, slug, at=right_now())
    changed = found.changed or LONG_AGO
    shown = [meeting_day(one) for one in found.meetings] + [_day(found.slug, found.name, day) for day in found.days]
    return answer(calendar_file.write_calendar(found.name, shown, changed), calendar_file.MEDIA_TYPE, None)


def _entry(unit: Unit, one: PublicNews) -> atom.AtomEntry:
    title = str(ANCHORING_KINDS[AnchoringKind(one.title)]) if one.what == "plan.anchored" else one.title
    url = whole_url("case.show", ref=one.about) if one.about else whole_url("plans.show", slug=unit.slug)
    name = f"{whole_url('village.show', slug=unit.slug)}#{one.key}"
    return atom.AtomEntry(name, url, str(NEWS.get(one.what, OTHER_NEWS)) % {"title": title}, one.text, one.at)


def _day(slug: str, name: str, day: VillageDay) -> calendar_file.CalendarDay:
    if day.what == "item":
        title, text = str(DAYS["item"]) % {"title": day.title}, day.who
        url = whole_url("case.show", ref=day.about)
    else:
        title, text = str(DAYS["plan" if day.title else "first_plan"]) % {"name": name}, ""
        url = whole_url("plans.show", slug=slug)
    uid = f"{day.key}@{urlsplit(current().settings.base_url).hostname}"
    return calendar_file.CalendarDay(uid, day.on, title, text, url)
