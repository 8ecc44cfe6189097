"""Filters in an address that are not understood: each is refused with a sentence beside its field."""

from collections.abc import Iterable, Mapping

from web.language.gettext import gettext
from web.pages.options import OptionNames

OK, UNPROCESSABLE = 200, 422


def no_such_choice(typed: str) -> str:
    """Return the sentence that refuses a filter with this value."""
    return gettext("“%(typed)s” cannot be chosen here.", typed=typed)


def unknown_choices(asked: Mapping[str, str | None], possible: Mapping[str, Iterable[object]]) -> dict[str, str]:
    """Return a sentence for each filter whose value is none of the possible ones, by name."""
    return {
        name: no_such_choice(value)
        for name, values in possible.items()
        if (value := asked.get(name)) and value not in set(map(str, values))
    }


def slugs(known: OptionNames) -> dict[str, list[str]]:
    """Return the slugs that there are, by the name of the filter; also of what is switched off, and may have cases."""
    units = [row.slug for row in known.units]
    return {
        "category": [row.slug for row in known.categories],
        "place": [row.slug for row in known.places],
        **dict.fromkeys(("responsible", "group", "unit"), units),
    }


def status_of_filters(refusals: Mapping[str, str]) -> int:
    """Return the HTTP status of a page whose filters were refused so; 200 when none was."""
    return UNPROCESSABLE if refusals else OK
