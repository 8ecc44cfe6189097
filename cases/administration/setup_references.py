"""Checks across the entries of a setup file: duplicate names, and references to names that do not exist."""

from collections.abc import Iterator

from cases.administration.setup_lines import ExistingNames, SeatLine, SetupFile

NAMED_BY = {
    "units": "slug",
    "people": "email",
    "places": "slug",
    "categories": "slug",
    "policies": "scope",
    "authorities": "slug",
}


def wrong_names(file: SetupFile, existing: ExistingNames) -> Iterator[tuple[str, str]]:
    """Yield (where in the file, message) for each wrong name in a setup file.

    A name is wrong when two entries of one table have it, or when an entry refers to it though it is neither in the
    file nor in `existing`.
    """
    yield from _duplicates(file)
    yield from _unknown(file, existing)


def _duplicates(file: SetupFile) -> Iterator[tuple[str, str]]:
    for table, key in NAMED_BY.items():
        names = [getattr(line, key) for line in getattr(file, table)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"[[{table}]]", f"{name!r} stands there more than once"


def _unknown(file: SetupFile, existing: ExistingNames) -> Iterator[tuple[str, str]]:
    defined = {
        table: getattr(existing, table) | {getattr(line, NAMED_BY[table]) for line in getattr(file, table)}
        for table in ("units", "people", "places", "categories")
    }
    for place, table, name in _names_used(file):
        if name is not None and name not in defined[table]:
            yield place, f"there is no {name!r} among the {table}"


def _names_used(file: SetupFile) -> Iterator[tuple[str, str, str | None]]:
    for unit in file.units:
        yield f'[[units]] "{unit.slug}", place', "places", unit.place
        yield f'[[units]] "{unit.slug}", head', "people", unit.head
    for person in file.people:
        yield f'[[people]] "{person.email}", deputy', "people", person.deputy
        for slug in (*(slug for _, slug in person.posts), *(name for seat in person.seats for name in _units_of(seat))):
            yield f'[[people]] "{person.email}", roles', "units", slug
    for category in file.categories:
        yield f'[[categories]] "{category.slug}", unit', "units", category.unit
    yield "[house], secretary", "units", file.municipality.secretary
    for meeting in file.meetings:
        yield f'[[meetings]] "{meeting.name}", body', "units", meeting.body
    for policy in file.policies:
        yield f'[[policies]] "{policy.name}", category', "categories", policy.category
        yield f'[[policies]] "{policy.name}", place', "places", policy.place


def _units_of(seat: SeatLine) -> tuple[str | None, ...]:
    return seat.unit, seat.group
