"""What the page of a case says of the register of its topic."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.categories import Category, RegisterWords
from cases.village.registers.entering import COLUMNS
from cases.village.registers.reading_entries import EntryShown, entry_of, published_entry
from web.language.dates import day_words
from web.language.village.register_words import topic_words
from web.pages.forms import Form
from web.pages.options import authorities_to_choose

DAYS = frozenset({"forwarded_on", "answered_on"})


def register_on_case(session: Session, case: Case) -> dict[str, Any]:
    """Return what those who take part and staff see of the entry, and its choices, as template variables."""
    words = RegisterWords.read(case.category.register if case.category else None)
    return {
        "entry": entry_of(session, case.id),
        "register_words": topic_words(words),
        "sorts": [(word, word) for word in words.sorts],
        "authorities": authorities_to_choose(session),
    }


def entry_form(entry: EntryShown) -> Form:
    """Return the form with what the register says; its version is that of the entry."""
    values = {name: getattr(entry, name) for name in COLUMNS}
    typed = {name: day_words(value) if name in DAYS and value else str(value or "") for name, value in values.items()}
    return Form({f"reg_{name}": value for name, value in typed.items()} | {"reg_version": str(entry.version)})


def register_on_published(session: Session, case_id: int, category: str | None) -> dict[str, Any]:
    """Return what everybody sees of the entry of a published case, as template variables.

    `category` is the slug of its topic; `topic_in_use` says whether that has a page.
    """
    found = select(Category.register, Category.active).where(Category.slug == category)
    row = session.execute(found).one_or_none() if category else None
    return {
        "entry": published_entry(session, case_id),
        "register_words": topic_words(RegisterWords.read(row.register if row else None)),
        "topic_in_use": row is not None and row.active,
    }
