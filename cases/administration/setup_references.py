"""What no line of a house's file shows alone: a name that stands there twice, and one that nobody has."""

from collections.abc import Iterator

from cases.administration.setup_lines import ExistingNames, SetupFile

NAMED_BY = {"units": "slug", "people": "email", "places": "slug", "categories": "slug", "policies": "scope"}


def wrong_names(house: SetupFile, known: ExistingNames) -> Iterator[tuple[str, str]]:
    """Yield place and words for each name that is doubled in the file, and for each that neither it nor we know."""
    yield from _doubled(house)
    yield from _unknown(house, known)


def _doubled(house: SetupFile) -> Iterator[tuple[str, str]]:
    for table, key in NAMED_BY.items():
        names = [getattr(line, key) for line in getattr(house, table)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"[[{table}]]", f"{name!r} stands there more than once"


def _unknown(house: SetupFile, known: ExistingNames) -> Iterator[tuple[str, str]]:
    there = {
        table: getattr(known, table) | {getattr(line, NAMED_BY[table]) for line in getattr(house, table)}
        for table in ("units", "people", "places", "categories")
    }
    for place, table, name in _names_used(house):
        if name is not None and name not in there[table]:
            yield place, f"there is no {name!r} among the {table}"


def _names_used(house: SetupFile) -> Iterator[tuple[str, str, str | None]]:
    for unit in house.units:
        yield f'[[units]] "{unit.slug}", place', "places", unit.place
        yield f'[[units]] "{unit.slug}", head', "people", unit.head
    for person in house.people:
        yield f'[[people]] "{person.email}", deputy', "people", person.deputy
        for _, slug in person.roles:
            yield f'[[people]] "{person.email}", roles', "units", slug
    for category in house.categories:
        yield f'[[categories]] "{category.slug}", unit', "units", category.unit
    for policy in house.policies:
        yield f'[[policies]] "{policy.name}", category', "categories", policy.category
        yield f'[[policies]] "{policy.name}", place', "places", policy.place
