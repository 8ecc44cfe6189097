"""Seams of the village method: the patches that make its mutants."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import exists
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse
from support.servers import services

from cases.access.actors import Actor
from cases.ladder import sweep
from cases.organisation.people import Role
from cases.organisation.units import DESK
from cases.village import owing
from cases.village.obligations import ensuring
from cases.village.obligations.table import lacking
from cases.village.owing import Obligation, Owed, active_groups
from cases.village.plans import lacking as plans_lacking
from cases.village.plans.reading.published import IS_NEWEST, NEWER
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.showing import all_villages, one_village
from proof.crashes.databases import OnServer

FUNCTIONS = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname IN"
    " ('ventil_plan_frozen', 'ventil_plan_frozen_but_erasing', 'ventil_plan_whole')"
)
OF_GROUPS = ("plan", "contact")
IS_OLDEST = ~exists().where(
    NEWER.plan_id == PlanVersion.plan_id, NEWER.adopted_on.is_not(None), NEWER.number < PlanVersion.number
)


def carry_without_reason() -> AbstractContextManager[object]:
    """Let a plan be adopted from which items of the version before are simply missing."""
    return patch.object(plans_lacking, "unsettled", lambda *_: [])


def staff_by_any_head() -> AbstractContextManager[object]:
    """Count as staff whoever is head of any unit, also of a group."""

    def is_staff(actor: Actor) -> bool:
        return any(held.role in {Role.CONTACT, Role.OFFICER, Role.HEAD, Role.ADMIN} for held in actor.roles)

    return patch.object(Actor, "is_staff", property(is_staff))


def owed_twice() -> AbstractContextManager[object]:
    """Hand in what is owed each day, whether or not it is owed already."""

    def of_every_group(obligation: Obligation, session: Session) -> list[Owed]:
        if obligation.name not in OF_GROUPS:
            return []
        return [Owed(unit.slug, DESK, unit.name, None, unit.id) for unit in session.scalars(active_groups())]

    stack = ExitStack()
    stack.enter_context(patch.object(Obligation, "lacking", of_every_group))
    stack.enter_context(patch.object(owing, "open_case", lambda *_: None))
    return stack


def the_oldest_version() -> AbstractContextManager[object]:
    """Show the first version of each plan in place of the one adopted last."""
    oldest = replacement_traverse(
        all_villages.VILLAGES, {}, lambda element, **_: IS_OLDEST if element is IS_NEWEST else None
    )
    stack = ExitStack()
    stack.enter_context(patch.object(all_villages, "VILLAGES", oldest))
    stack.enter_context(patch.object(one_village, "VILLAGES", oldest))
    return stack


def look_not_claimed() -> AbstractContextManager[object]:
    """Look for what ought to be owed without claiming the day, so that two may look at once."""

    def look(session: Session, _day: Any, *, by: Any, at: Any) -> list[Exception]:
        return [error for what, owed in lacking(session) if (error := ensuring._try(session, what, owed, by, at))]

    return patch.object(sweep, "ensure_missing", look)


@contextmanager
def no_for_share() -> Iterator[None]:
    """Let the triggers of plans on PostgreSQL only read what they depend on, and not lock it."""

    make = OnServer.make

    def made(databases: OnServer, name: str) -> None:
        make(databases, name)
        with psycopg.connect(services.plain_url(databases.url(name))) as connection:
            for (function,) in connection.execute(FUNCTIONS).fetchall():
                connection.execute(function.replace(" FOR SHARE", "").encode())

    with patch.object(OnServer, "make", made):
        yield
