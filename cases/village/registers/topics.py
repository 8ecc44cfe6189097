"""The topics that have a register: every one that is in use; some with words of their own."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.organisation.categories import Category, RegisterWords
from cases.refusals import NotFound


@dataclass(frozen=True)
class TopicShown:
    """A topic with the words of its register."""

    slug: str
    name: str
    name_en: str | None
    words: RegisterWords


def topic_named(session: Session, slug: str) -> TopicShown:
    """Return the topic with this slug. Raises `NotFound` when there is none, or it is switched off."""
    columns = (Category.slug, Category.name, Category.name_en, Category.register)
    row = session.execute(select(*columns).where(Category.slug == slug, Category.active)).one_or_none()
    if row is None:
        raise NotFound(ref=slug)
    return TopicShown(row.slug, row.name, row.name_en, RegisterWords.read(row.register))
