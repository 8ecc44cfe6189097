"""The list of cases of a department or a group."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.administration.leaving.absence import colleagues_of
from cases.case import Case
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from cases.reading.lists import MOST_COUNTED, count_cases
from cases.refusals import NotFound
from cases.states import OPEN
from notifications.addresses import dead_since, unreached_people
from web.current import current, right_now, today
from web.language.labels import ROLES
from web.pages.list_part import ROWS, part_of
from web.pages.staff.desk import one_page
from web.pages.staff.list_query import UNIT_VIEWS, filters_for, of_views
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("units", __name__)


@dataclass(frozen=True)
class PersonHere:
    """Somebody of the unit, as those see who may hand over their cases: roles in words, and open cases held."""

    person: Person
    roles: str
    cases: int


@bp.get("/enhet/<slug>")
@open_to(Audience.LOGGED_IN)
def show(slug: str) -> str:
    """Show the cases that a unit is responsible for, those that it handed in, and those that wait for its answer.

    404 for an unknown unit, and for somebody who is neither staff nor a member of the unit.
    """
    actor = current_actor()
    with current().database.reading() as session:
        unit = session.scalar(select(Unit).where(Unit.slug == slug))
        if unit is None or not (actor.is_staff or actor.is_in(unit.id)):
            raise NotFound(ref=slug)
        people = _people(session, unit) if actor.is_staff and (actor.is_admin or actor.is_head_of(unit.id)) else []
        sees_all = people or (actor.is_staff and actor.is_contact)
        return render_template(
            "unit.html",
            unit=unit,
            people=people,
            dead_since=_dead_since(session, unit),
            unreached=unreached_people(session, unit.id, on=today()) if sees_all else [],
            **_list(session, unit, actor),
        )


def _people(session: Session, unit: Unit) -> list[PersonHere]:
    """Return the people of the unit, with what they do there and how many open cases they hold."""
    people = colleagues_of(session, {unit.id}, today())
    held = select(Case.officer_id, func.count()).where(Case.officer_id.is_not(None), Case.state.in_(OPEN))
    counted = dict(session.execute(held.group_by(Case.officer_id)).all()) if people else {}
    roles = select(Membership.person_id, Membership.role).where(Membership.unit_id == unit.id, serves_on(today()))
    named: dict[int, list[str]] = {}
    for person_id, role in session.execute(roles.order_by(Membership.id)):
        named.setdefault(person_id, []).append(str(ROLES[role]))
    return [PersonHere(person, ", ".join(named.get(person.id, ())), counted.get(person.id, 0)) for person in people]


def _dead_since(session: Session, unit: Unit) -> datetime | None:
    return dead_since(session, unit.email) if unit.email else None


def _list(session: Session, unit: Unit, actor: Actor) -> dict[str, Any]:
    now, chosen = right_now(), request.args.get("del", "oppna")
    here = chosen if chosen in UNIT_VIEWS else "oppna"
    lists = of_views(UNIT_VIEWS, unit=unit.slug)
    calendar = current().database.calendar
    own = {
        key: replace(filters_for(query.asked, session=session, calendar=calendar, now=now), limit=ROWS)
        for key, query in lists.items()
    }
    counts = {name: count_cases(session, filters, actor, now=now) for name, filters in own.items()}
    page = one_page(session, own[here], actor, now)
    page["more"] = page["more"] and {"del": here} | page["more"]
    in_list = lists[here].address(url_for("all_cases.show"))
    page["part"] = part_of(page["cases"], count=counts[here], goes_on=page["goes_on"])
    return {"here": here, "counts": counts, "most": MOST_COUNTED, "now": now, "in_list": in_list, **page}
