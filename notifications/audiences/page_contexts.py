"""At hand: a case that was read for a page, with who follows it, and whom an act upon it would tell."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.people import Person
from cases.parties import Follower
from cases.reading.details import in_order, rows_of
from notifications.audiences.context import AudienceContext, CaseTold, Following, Outsider
from notifications.audiences.context_loading import (
    AS_OUTSIDE,
    CONFIRMED,
    MERGED,
    NAMED_AROUND,
    day_of,
    followers,
    slugs_in,
)
from notifications.audiences.directory import Holder, PersonTold, directory_of
from notifications.who_is_told import EventInContext

FOLLOWERS: ScalarSelect[Any] = (  # as a column of a select of cases
    followers()
    .with_only_columns(rows_of(Follower.id, MERGED.public_id, *AS_OUTSIDE))
    .where(Follower.case_id == Case.id, *CONFIRMED)
    .order_by(None)
    .correlate(Case)
    .scalar_subquery()
)


def following_of(case: Case, kept: Sequence[Sequence[Any]] | None) -> list[Following]:
    """Give who follows the case, from what was read in the column `FOLLOWERS` beside it."""
    rows = in_order(kept)
    return list({id_: Following(id_, case.id, Outsider(*party), own_id) for id_, own_id, *party in rows}.values())


def contexts_for_page(
    session: Session, case: Case, following: list[Following], acts: Sequence[EventInContext]
) -> list[AudienceContext]:
    """Give the circles of acts that a person may choose from, around a case that was read with who follows it."""
    told = _at_hand(case)
    slugs = {slug for act in acts for slug in slugs_in(act, told)}
    directory = directory_of(session, day_of(session, acts[0]), slugs=slugs, people=())
    if case.officer:
        deputy = case.officer.deputy
        directory.people[case.officer.id] = Holder(_person(case.officer), _person(deputy) if deputy else None)
    return [AudienceContext(act, told, directory, following) for act in acts]


def _at_hand(case: Case) -> CaseTold:
    """Give a case that was read already, as it is told."""
    own = {name: getattr(case, name) for name in CaseTold._fields if name not in NAMED_AROUND}
    asks, category = case.reporter, case.category
    return CaseTold(
        **own,
        responsible=case.responsible.slug,
        group=case.group.slug if case.group else None,
        waiting_unit=case.waiting_unit.slug if case.waiting_unit else None,
        category=category.name if category else None,
        category_en=category.name_en if category else None,
        place=case.place.name if case.place else None,
        reporter=Outsider(*(getattr(asks, name) for name in Outsider._fields)) if asks else None,
    )


def _person(person: Person) -> PersonTold:
    return PersonTold(*(getattr(person, name) for name in PersonTold._fields))
