"""News of published cases for readers of feeds: of a topic, and of a place."""

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.organisation.municipality import municipality
from cases.organisation.places import Place
from cases.refusals import NotFound
from cases.village.registers.news import PublicNews, place_news, topic_news
from cases.village.registers.topics import topic_named
from web.current import current
from web.feeds import atom
from web.feeds.answering import LONG_AGO, answer, whole_url
from web.language.gettext import gettext, language
from web.language.village.news_words import NEWS, OTHER_NEWS
from web.pages.options import category_name
from web.requests.guard import Audience, open_to

bp = Blueprint("news_feeds", __name__)


@bp.get("/amne/<slug>.atom")
@open_to(Audience.ANYBODY)
def of_topic(slug: str) -> Response:
    """Return the news of the topic as an Atom feed; 404 for an unknown topic."""
    with current().database.reading() as session:
        topic, author = topic_named(session, slug), municipality(session).name
        found = topic_news(session, slug)
    name = gettext("%(topic)s: who decides, and what happens", topic=category_name(topic))
    page, own = whole_url("registers.show", slug=slug), whole_url("news_feeds.of_topic", slug=slug)
    return _feed(page, own, name, author, found)


@bp.get("/ort/<slug>.atom")
@open_to(Audience.ANYBODY)
def of_place(slug: str) -> Response:
    """Return the news of the published cases of the place as an Atom feed; 404 for an unknown place."""
    with current().database.reading() as session:
        name, author = _name_of_place(session, slug), municipality(session).name
        found = place_news(session, slug)
    page, own = whole_url("overview.show", place=slug), whole_url("news_feeds.of_place", slug=slug)
    return _feed(page, own, gettext("Published cases of %(place)s", place=name), author, found)


def _name_of_place(session: Session, slug: str) -> str:
    name = session.scalar(select(Place.name).where(Place.slug == slug))
    if name is None:
        raise NotFound(ref=slug)
    return name


def _feed(page: str, own: str, title: str, author: str, news: list[PublicNews]) -> Response:
    changed = news[0].at if news else LONG_AGO
    entries = [_entry(page, one) for one in news]
    feed = atom.AtomFeed(page, own, title, author, language(), changed, entries)
    return answer(atom.write_atom(feed), atom.MEDIA_TYPE, changed)


def _entry(page: str, one: PublicNews) -> atom.AtomEntry:
    title = str(NEWS.get(one.what, OTHER_NEWS)) % {"title": one.title}
    return atom.AtomEntry(f"{page}#{one.key}", whole_url("case.show", ref=one.about), title, one.text, one.at)
