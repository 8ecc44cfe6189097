"""Names in a file: which unit, category or place of the house a name stands for, and the slug of one that is new."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.administration.reorganising import LONGEST_SLUG
from cases.imports.formats.lines import folded
from cases.meetings.meeting import Meeting
from cases.organisation.units import Unit

OWED_BY_MEETINGS = frozenset({"agenda", "minutes"})  # a file names the meeting: each house numbers its own

NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
BLANK = re.compile(r"[\W_]+")


def _letters(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.split(), strict=True))


LETTERS = str.maketrans(  # those that Unicode does not divide into a Latin letter and a mark
    _letters("æøœþðđłħıŋŧə", "ae o oe th d d l h i ng t e")
    | _letters(
        "абвгґдђеєжзиіјклљмнњопрстћуфхцчџшщыэюя",
        "a b v g g d dj e je zj z i i j k l lj m n nj o p r s t c u f ch ts tj dz sj sjtj y e ju ja",
    )
    | _letters("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
    | {"ъ": "", "ь": ""}
)


@lru_cache(maxsize=4096)
def slug_of(name: str) -> str:
    """Return the slug of a name: "Väg & gata" becomes "vag-gata", "Ærø" "aero"; "" for letters that we cannot write."""
    parts = unicodedata.normalize("NFKD", name.casefold()).translate(LETTERS)
    return NOT_IN_SLUG.sub("-", parts.encode("ascii", "ignore").decode()).strip("-")[:LONGEST_SLUG].strip("-")


@dataclass
class NamesInFile:
    """The units, categories and places that rows may name. Each field is a dict by column, such as "category".

    `existing` has the names in the database by slug, `others` those that are there but cannot be named in this column:
    switched off, or a unit of another kind. `creates` has the columns whose unknown names are to be created (for units,
    with their kind); reading rows collects these in `new`, as a dict from slug to name. `owed` has what ought to be
    owed in the house, each as obligation and subject.
    """

    existing: dict[str, dict[str, str]]  # category, place, group, responsible, waiting_unit
    others: dict[str, dict[str, str]] = field(default_factory=dict)
    creates: dict[str, str] = field(default_factory=dict)  # columns whose names may be created; for units, the kind
    new: dict[str, dict[str, str]] = field(default_factory=dict)
    owed: frozenset[tuple[str, str]] = frozenset()
    _found: dict[tuple[str, str], str | None] = field(default_factory=dict)  # slugs by column and text

    def slug(self, column: str, text: str, called: str) -> str | None:
        """Return the slug for which a text in this column stands; None when there is nothing of that name.

        A text is a slug, or a name in any case. Names that differ by a letter, such as Åby and Aby, are two, and get
        two slugs. What is new gets the name `called`.
        """
        key = column, text
        if key not in self._found:
            self._found[key] = self._slug(column, text, called)
        return self._found[key]

    def _slug(self, column: str, text: str, called: str) -> str | None:
        new, others = self.new.setdefault(column, {}), self.others.get(column, {})
        for names in (self.existing[column], new):
            if (found := _named(names, text, called)) is not None:
                return found
        if column not in self.creates or not _plain(text) or _named(others, text, called) is not None:
            return None
        slug = _unused(slug_of(text) or column, {**self.existing[column], **others, **new})
        new[slug] = called
        return slug


def _named(names: dict[str, str], text: str, called: str) -> str | None:
    """Return the slug of the name that is meant by a text, None when none is."""
    if text in names:
        return text
    for slug, name in names.items():
        if _plain(name) in {_plain(text), _plain(called)}:
            return slug
    slug = slug_of(text)
    return slug if slug in names and slug_of(names[slug]) != slug else None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """Return the name as it is compared: in lower case, its letters composed, one space for all that is no letter."""
    return BLANK.sub(" ", folded(name)).strip()


def _unused(slug: str, taken: dict[str, str]) -> str:
    number, unused = 1, slug
    while unused in taken:
        number += 1
        unused = f"{slug[: LONGEST_SLUG - 5].strip('-')}-{number}"
    return unused


def names_of_meetings(session: Session) -> dict[str, str]:
    """Query and return how a file names each meeting of the house, such as "forum 2027-04-15 Vårens forum", by number.

    The number is text, as the subject of a case.
    """
    found = select(Meeting.id, Unit.slug, Meeting.held_on, Meeting.name).join(Unit, Unit.id == Meeting.body_id)
    return {str(number): f"{slug} {held_on} {name}" for number, slug, held_on, name in session.execute(found)}
