"""The topics that have a register: every one that is in use; some with words of their own."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from cases.organisation.categories import Category, RegisterWords
from cases.refusals import NotFound

COLUMNS = (Category.slug, Category.name, Category.name_en, Category.register)


@dataclass(frozen=True)
class TopicShown:
    """A topic with the words of its register."""

    slug: str
    name: str
    name_en: str | None
    words: RegisterWords


def topic_named(session: Session, slug: str) -> TopicShown:
    """Return the topic with this slug. Raises `NotFound` when there is none, or it is switched off."""
    row = session.execute(select(*COLUMNS).where(Category.slug == slug, Category.active)).one_or_none()
    if row is None:
        raise NotFound(ref=slug)
    return _topic(row)


def topics_with_words(session: Session) -> list[TopicShown]:
    """Return the topics in use whose registers have words of their own, by name. One query."""
    found = session.execute(select(*COLUMNS).where(Category.active, Category.register.is_not(None)))
    return sorted(map(_topic, found), key=lambda topic: topic.name)


def _topic(row: Row[str, str, str | None, dict[str, Any] | None]) -> TopicShown:
    slug, name, name_en, register = row
    return TopicShown(slug, name, name_en, RegisterWords.read(register))
