"""Options of select fields, as (value, name): places, categories and units by slug, officers by mail address."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, case, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.perspectives import perspectives
from cases.organisation.places import Place
from cases.organisation.units import MAY_BE_RESPONSIBLE, Unit, UnitKind
from cases.village.registers.authority import Authority
from web.current import today
from web.language.gettext import language
from web.language.preference import in_swedish

Choices = list[tuple[str, str]]
CACHED = "option_names"  # in `Session.info`


def in_swedish_order(choices: Choices) -> Choices:
    """Return the options sorted by name, with å, ä and ö last. Databases may sort otherwise."""
    return sorted(choices, key=lambda choice: in_swedish(choice[1]))


@dataclass(frozen=True)
class OptionNames:
    """The names for select fields: lists of database rows, one each of units, places, categories, authorities, people.

    A row has `id`, `slug`, `name` and more (`COLUMNS`). `people`, None until they are read, has a row for each role of
    a person in a unit: `slug` is the mail address, `of_id` the unit's id. The `kind` of a category is `WITH_WORDS` when
    its register has words of its own.
    """

    units: list[Any]
    places: list[Any]
    categories: list[Any]
    authorities: list[Any]
    people: list[Any] | None = None  # None: not read yet


def known(session: Session) -> OptionNames:
    """Return the names of units, places, categories and authorities for select fields.

    The first call in a database session reads them by one query; later calls return the same names.
    """
    if CACHED not in session.info:
        session.info[CACHED] = _read(session, OF_THINGS)
    read: OptionNames = session.info[CACHED]
    return read


def known_with_people(session: Session) -> OptionNames:
    """Return the names of units, places, categories, authorities and people for select fields.

    Call it before `known` where a page needs people: one query then reads everything, and `known` needs none.
    """
    if CACHED not in session.info or session.info[CACHED].people is None:
        session.info[CACHED] = _read(session, OF_ALL)
    read: OptionNames = session.info[CACHED]
    return read


def _read(session: Session, query: Any) -> OptionNames:
    found: dict[str, list[Any]] = {"units": [], "places": [], "categories": [], "authorities": []}
    for row in session.execute(query, {"day": today()}):
        found.setdefault(row.what, []).append(row)
    return OptionNames(**found)


def _names(what: str, model: Any, **columns: Any) -> Any:
    """Return the columns of a query for names, alike for every model, so that the queries can be united."""
    missing = {"kind": cast(null(), String), "name_en": cast(null(), String), "of_id": cast(null(), BigInteger)}
    given: dict[str, Any] = {name: getattr(model, name, None) for name in COLUMNS} | missing | columns
    return [literal(what, literal_execute=True).label("what"), *(given[name].label(name) for name in COLUMNS)]


COLUMNS = ("id", "slug", "name", "name_en", "kind", "active", "of_id")
WITH_WORDS = "with_words"
HAS_WORDS = case((Category.register.is_not(None), WITH_WORDS))
OFFICERS = (
    select(*_names("people", Person, slug=Person.email, kind=cast(Unit.kind, String), of_id=Unit.id))
    .join(Membership, Membership.person_id == Person.id)
    .join(Unit, Unit.id == Membership.unit_id)
    .where(Person.active, Unit.active, serves_on(bindparam("day")), Membership.role != Role.ADMIN)
)
THINGS = (
    select(*_names("units", Unit, kind=cast(Unit.kind, String))),
    select(*_names("places", Place)),
    select(*_names("categories", Category, name_en=Category.name_en, of_id=Category.suggests_id, kind=HAS_WORDS)),
    select(*_names("authorities", Authority, kind=cast(Authority.kind, String), active=literal(True))),
)
OF_THINGS, OF_ALL = union_all(*THINGS), union_all(*THINGS, OFFICERS)


def places_to_choose(session: Session) -> Choices:
    """Return the active places as pairs (slug, name), sorted by name."""
    return in_swedish_order([(row.slug, row.name) for row in known(session).places if row.active])


def categories_to_choose(session: Session) -> Choices:
    """Return the active categories as pairs (slug, name in the language of the page), sorted by name."""
    rows = known(session).categories
    return in_swedish_order([(row.slug, category_name(row)) for row in rows if row.active])


def topics_with_registers(session: Session) -> Choices:
    """Return the active categories whose registers have words of their own, as `categories_to_choose` does."""
    rows = known(session).categories
    return in_swedish_order([(row.slug, category_name(row)) for row in rows if row.active and row.kind == WITH_WORDS])


def category_name(category: Any) -> str:
    """Return the name of a category, a row with `name` and `name_en`: `name_en` on an English page, if it has one."""
    name: str = category.name_en or category.name if language() == "en" else category.name
    return name


def authorities_to_choose(session: Session) -> Choices:
    """Return the authorities as pairs (slug, name), sorted by name."""
    return in_swedish_order([(row.slug, row.name) for row in known(session).authorities])


def perspectives_to_choose(session: Session) -> Choices:
    """Return the perspectives as pairs (slug, name in the language of the page), sorted by name. One query."""
    english = language() == "en"
    found = perspectives(session)
    return in_swedish_order([(slug, (english and in_english) or name) for slug, (name, in_english) in found.items()])


def units_to_choose(session: Session, *kinds: UnitKind) -> Choices:
    """Return the active units of these kinds as pairs (slug, name), sorted by name.

    Without `kinds`: those of the kinds that can be responsible for a case.
    """
    wanted = kinds or tuple(MAY_BE_RESPONSIBLE)
    rows = known(session).units
    return in_swedish_order([(unit.slug, unit.name) for unit in rows if unit.active and unit.kind in wanted])


def groups_to_choose(session: Session, actor: Actor) -> Choices:
    """Return the active groups for which the actor may hand in, as pairs (slug, name): all for staff, else theirs."""
    groups = {unit.slug: unit.id for unit in known(session).units}
    return [
        (slug, name)
        for slug, name in units_to_choose(session, UnitKind.GROUP)
        if actor.is_staff or actor.is_in(groups[slug])
    ]


def place_of_group(session: Session, actor: Actor, slug: str) -> str:
    """Return the slug of the active place of a group for which the actor may hand in; "" where there is none."""
    if not actor.person_id or slug not in dict(groups_to_choose(session, actor)):
        return ""
    place = select(Place.slug).join(Unit, Unit.place_id == Place.id).where(Unit.slug == slug, Place.active)
    return session.scalar(place) or ""


@dataclass(frozen=True)
class OfficersOfUnit:
    """Those who may be the officer of a case in one unit, as pairs (mail address, name): its own, and nobody else."""

    slug: str
    name: str
    people: Choices


def officers_to_choose(session: Session, slugs: set[str] | None = None) -> list[OfficersOfUnit]:
    """Return the officers of each active unit that may hold cases, or of those with these slugs, sorted by name."""
    found = known_with_people(session)
    by_unit: dict[int, dict[str, str]] = {}
    for person in found.people or ():
        by_unit.setdefault(person.of_id, {})[person.slug] = person.name
    units = [unit for unit in found.units if unit.active and unit.kind in MAY_BE_RESPONSIBLE and unit.id in by_unit]
    listed = [
        OfficersOfUnit(unit.slug, unit.name, in_swedish_order(list(by_unit[unit.id].items())))
        for unit in units
        if slugs is None or unit.slug in slugs
    ]
    return sorted(listed, key=lambda unit: in_swedish(unit.name))


def suggested_unit(session: Session, category_id: int | None) -> str:
    """Return the slug of the unit that usually handles this category; "" if there is none or `category_id` is None."""
    suggests = {row.id: row.of_id for row in known(session).categories}
    slugs: dict[int | None, str] = {row.id: row.slug for row in known(session).units}
    return slugs.get(suggests.get(category_id), "")


def suggested_units(session: Session) -> dict[str, str]:
    """Return the slugs of the units that usually handle them, by the slugs of the active categories that have one."""
    slugs = {row.id: row.slug for row in known(session).units if row.active}
    return {row.slug: slugs[row.of_id] for row in known(session).categories if row.active and row.of_id in slugs}
