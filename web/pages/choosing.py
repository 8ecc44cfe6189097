"""What can be chosen in forms and filters: places, categories, units and people, by slug and name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.categories import Category
from cases.people import Membership, Person, Role
from cases.places import Place
from cases.units import MAY_BE_RESPONSIBLE, Unit, UnitKind
from web.translated import language

Choices = list[tuple[str, str]]
SWEDISH_ORDER = str.maketrans({"å": "{", "ä": "|", "ö": "}"})


def in_swedish_order(choices: Choices) -> Choices:
    """Give the choices by name, with å, ä and ö last, whatever the database's sorting knows."""
    return sorted(choices, key=lambda choice: swedish(choice[1]))


def swedish(name: str) -> str:
    """Give what a name is sorted by."""
    return name.lower().translate(SWEDISH_ORDER)


def places_to_choose(session: Session) -> Choices:
    """Give the places."""
    return in_swedish_order([(place.slug, place.name) for place in session.scalars(select(Place).where(Place.active))])


def categories_to_choose(session: Session) -> Choices:
    """Give the categories, in the language of the page."""
    rows = session.scalars(select(Category).where(Category.active))
    return in_swedish_order([(row.slug, category_name(row)) for row in rows])


def category_name(category: Category) -> str:
    """Give the category's name in the language of the page."""
    return category.name_en or category.name if language() == "en" else category.name


def units_to_choose(session: Session, *kinds: UnitKind) -> Choices:
    """Give the active units of these kinds (default: those that can be responsible)."""
    wanted = kinds or tuple(MAY_BE_RESPONSIBLE)
    rows = session.scalars(select(Unit).where(Unit.active, Unit.kind.in_(wanted)))
    return in_swedish_order([(unit.slug, unit.name) for unit in rows])


def officers_to_choose(session: Session, responsible: Unit, *, of_all: bool) -> list[tuple[str, Choices]]:
    """Give those who can hold a case, by mail address, by unit: of the one that has it, then of all."""
    rows = session.execute(
        select(Person.email, Person.name, Unit.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Person.active, Unit.active, Membership.until.is_(None), Membership.role != Role.ADMIN)
        .where(Unit.kind.in_(tuple(MAY_BE_RESPONSIBLE)) if of_all else Unit.id == responsible.id)
    ).all()
    by_unit: dict[str, dict[str, str]] = {responsible.name: {}} if rows else {}
    for email, name, unit in sorted(rows, key=lambda row: swedish(row[2])):
        by_unit.setdefault(unit, {})[email] = name
    return [(unit, in_swedish_order(list(people.items()))) for unit, people in by_unit.items() if people]


def suggested_unit(session: Session, category_id: int | None) -> str:
    """Give the slug of the unit whose door a category usually is; "" when it suggests none."""
    slug = session.scalar(
        select(Unit.slug).join(Category, Category.suggests_id == Unit.id).where(Category.id == category_id)
    )
    return slug or ""
