"""News for everybody: published cases, what was said of them, and what those who decide answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from cases.history.events import RegisterAnswered
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.masking import mask
from cases.public.published_filters import published_view
from cases.village.registers.entry import RegisterEntry

MOST_NEWS = 40
CASE, EARLIER = published_view.c, aliased(Event)


@dataclass(frozen=True)
class PublicNews:
    """One piece of news, with personal data masked.

    `what` is the type of its event, "case.received" for a case that was published. `about` is the reference of the
    case, None for what concerns a plan; `key` differs from that of all other news of the same feed. `title` is that of
    the case, the year of a plan, or the kind of an anchoring.
    """

    what: str
    key: str
    about: str | None
    title: str
    text: str
    at: datetime


def topic_news(session: Session, category: str) -> list[PublicNews]:
    """Return the news of the topic with this slug, the latest first, at most `MOST_NEWS`. Three queries."""
    return latest_first(news_of_cases(session, CASE.category == category))


def place_news(session: Session, place: str) -> list[PublicNews]:
    """Return the news of the cases of the place with this slug, as `topic_news` does. Three queries."""
    return latest_first(news_of_cases(session, CASE.place == place))


def latest_first(news: Iterator[PublicNews] | list[PublicNews]) -> list[PublicNews]:
    """Return the latest of these news, the latest first, at most `MOST_NEWS`."""
    return sorted(news, key=lambda one: (one.at, one.key), reverse=True)[:MOST_NEWS]


def news_of_cases(session: Session, of_these: ColumnElement[bool]) -> Iterator[PublicNews]:
    """Yield the latest news of each sort of the published cases on which the condition holds. Three queries."""
    yield from _published(session, of_these)
    yield from _said(session, of_these)
    yield from _answered(session, of_these)


def _published(session: Session, of_these: ColumnElement[bool]) -> Iterator[PublicNews]:
    columns = select(CASE.ref, CASE.title, CASE.description, CASE.published_at).where(of_these)
    for ref, title, text, at in session.execute(columns.order_by(CASE.published_at.desc(), CASE.id).limit(MOST_NEWS)):
        yield PublicNews("case.received", ref, ref, title, text, at)


def _said(session: Session, of_these: ColumnElement[bool]) -> Iterator[PublicNews]:
    """Yield what was said to everybody with the steps of published cases, and when they were done."""
    told = (
        select(CASE.ref, CASE.title, Event.type, Event.seq, Event.at, Words.text)
        .join_from(published_view, Event, Event.stream == CASE.id)
        .join(Words, Words.event_id == Event.id)
        .where(of_these, Words.field == "note", Words.visibility == Visibility.PUBLIC)
        .where(Words.text.is_not(None), Event.type != RegisterAnswered.type)
    )
    for ref, title, what, seq, at, text in session.execute(told.order_by(Event.id.desc()).limit(MOST_NEWS)):
        yield PublicNews(what, f"{ref}-{seq}", ref, title, mask(text or ""), at)


def _answered(session: Session, of_these: ColumnElement[bool]) -> Iterator[PublicNews]:
    """Yield the answers that hold, each as of the moment at which it was entered."""
    entered = select(func.max(EARLIER.id)).where(EARLIER.stream == CASE.id, EARLIER.type == RegisterAnswered.type)
    answers = (
        select(CASE.ref, CASE.title, Event.seq, Event.at, RegisterEntry.answer)
        .join_from(published_view, RegisterEntry, RegisterEntry.case_id == CASE.id)
        .join(Event, Event.id == entered.scalar_subquery())
        .where(of_these, RegisterEntry.answer.is_not(None))
    )
    for ref, title, seq, at, text in session.execute(answers.order_by(Event.id.desc()).limit(MOST_NEWS)):
        yield PublicNews(RegisterAnswered.type, f"{ref}-answer-{seq}", ref, title, mask(text or ""), at)
