"""Audience contexts of events that have not happened yet, from the case and followers that were read for a page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.organisation.people import Person
from cases.parties import Follower
from cases.reading.details import in_order, rows_of
from notifications.audiences.context import AudienceCase, AudienceContext, Following, Outsider
from notifications.audiences.context_loading import (
    CONFIRMED,
    JOINED_FIELDS,
    MERGED,
    OUTSIDER_COLUMNS,
    day_of_roles,
    select_followers,
    unit_slugs_in,
)
from notifications.audiences.directory import DirectoryPerson, Holder, directory_of
from notifications.who_is_told import EventInContext

FOLLOWERS: ScalarSelect[Any] = (  # to be added as a column to a query of cases
    select_followers()
    .with_only_columns(rows_of(Follower.id, MERGED.id, *OUTSIDER_COLUMNS))
    .where(Follower.case_id == Case.id, *CONFIRMED)
    .order_by(None)
    .correlate(Case)
    .scalar_subquery()
)


def following_of(case: Case, column: Sequence[Sequence[Any]] | None) -> list[Following]:
    """Build the list of the case's followers from what the page's query has read, without a query of its own.

    That query selects the case and, as one more column, the subquery `FOLLOWERS` of this module. `column` is its value.
    """
    rows = in_order(column)
    return list({id_: Following(id_, case.id, Outsider(*party), own_id) for id_, own_id, *party in rows}.values())


def contexts_for_page(
    session: Session, case: Case, following: list[Following], events: Sequence[EventInContext], by: Actor
) -> list[AudienceContext]:
    """Build what recipients are worked out from (an `AudienceContext`) for each of `events`, in their order.

    It is for a page that has read the case already and shows who would get a letter about events that may come.

    `by` would cause them. One query reads the directory for all; `load_contexts` is for events whose case is not read
    yet. There must be at least one event, and all must happen at the same time.
    """
    known = _audience_case(case)
    slugs = {slug for event in events for slug in unit_slugs_in(event, known)}
    day = day_of_roles(session, events[0])
    directory = directory_of(session, day, slugs=slugs, people=())
    if by.person_id is not None:
        author = DirectoryPerson(by.person_id, by.email, by.name, None, "sv", active=True)
        directory.people[by.person_id] = Holder(author, None, day)
    if case.officer:
        deputy = case.officer.deputy
        directory.people[case.officer.id] = Holder(_person(case.officer), _person(deputy) if deputy else None, day)
    return [AudienceContext(event, known, directory, following) for event in events]


def _audience_case(case: Case) -> AudienceCase:
    """Return a case that was read already in the form that audiences need."""
    own = {name: getattr(case, name) for name in AudienceCase._fields if name not in JOINED_FIELDS}
    reporter, category = case.reporter, case.category
    return AudienceCase(
        **own,
        responsible=case.responsible.slug,
        group=case.group.slug if case.group else None,
        waiting_unit=case.waiting_unit.slug if case.waiting_unit else None,
        category=category.name if category else None,
        category_en=category.name_en if category else None,
        place=case.place.name if case.place else None,
        reporter=Outsider(*(getattr(reporter, name) for name in Outsider._fields)) if reporter else None,
    )


def _person(person: Person) -> DirectoryPerson:
    return DirectoryPerson(*(getattr(person, name) for name in DirectoryPerson._fields))
