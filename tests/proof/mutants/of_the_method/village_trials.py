"""Trials of the village method: a group adopts and revises its plan, and two do the same at once."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK, Actor, actor_for
from cases.ladder import sweep as sweeping
from cases.ladder.sweep import sweep
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import Unit, UnitKind, unit_named
from cases.refusals import PlanNotWhole, Refusal
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftItem
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact
from cases.village.showing.all_villages import villages_listed
from proof.checker import InvariantBreach
from proof.crashes.house import Process
from proof.mutants.stage import StagePlace, at_work, stage
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.village import VillageWatch
from proof.simulation.second_calendar import local_day

GROUP, MEMBER = "norrby", "ombud@prov.example"
A_DAY = timedelta(days=1)
WAITING = """SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()"""  # other databases of the server have locks of their own
PATIENCE = 500  # times 20 ms
AREAS = (DraftArea(1, "Vägar"),)
ITEMS = tuple(
    DraftItem(1, title, PlanItemKind.OWN, category="belysning", responsible=GROUP, year=2026)
    for title in ("Måla bystugan", "Ny badplats")
)
Found = Iterator[InvariantBreach]


def has_years_in_the_village(place: StagePlace) -> list[InvariantBreach]:
    """Let a group adopt its plan and revise it, with what is refused on the way tried; the first breach ends it."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in YEARS:
                if found := list(step(process)):
                    return found
        return scene.judged()


def has_two_at_once(place: StagePlace) -> list[InvariantBreach]:
    """Let two look for what is owed at once, and change a plan while it is adopted. PostgreSQL only."""
    with stage(place.ground_on_postgresql()) as scene, at_work(scene.world) as process:
        return [*_looks_twice(process), *_changes_meanwhile(process)]


def sweeps(process: Process) -> Found:
    """Sweep, and yield a breach when the daily look failed."""
    try:
        sweep(process.database, now=process.world.clock.now)
    except Exception as error:  # of any sort: what matters is that what was owed already is owed once
        yield InvariantBreach("V1", f"the daily look failed: {type(error).__name__}")


def _adopts(process: Process) -> Found:
    """Let the group adopt its first plan, and sweep on the day after."""
    _adopt(process, 2026, ITEMS)
    process.world.clock.now += A_DAY
    yield from sweeps(process)


def _revises(process: Process) -> Found:
    """Let the group adopt its next plan, which carries on what there is; it is the one that everybody sees."""
    _adopt(process, 2027, ())
    with process.database.reading() as session:
        years = [one.year for one in villages_listed(session, at=process.world.clock.now) if one.slug == GROUP]
    if years != [2027]:
        yield InvariantBreach("showing", f"the plan of 2027 stands, and {years} is shown")


def _adopt(process: Process, year: int, more: tuple[DraftItem, ...]) -> None:
    with process.database.transaction() as session:
        _write(session, process, year, more, leaves_out=0)
        adopt_plan(session, GROUP, Adoption(), by=_actor(session, process), at=process.world.clock.now)


def _leaves_out(process: Process) -> Found:
    """Let the group try to adopt a draft from which an item is missing: it is refused, and the item named."""
    try:
        with process.database.transaction() as session:
            _write(session, process, 2027, (), leaves_out=1)
            adopt_plan(session, GROUP, Adoption(), by=_actor(session, process), at=process.world.clock.now)
    except PlanNotWhole as refusal:
        if [lack.title for lack in refusal.lacks] == [ITEMS[0].title]:
            return
    except Exception as error:  # the database refuses, and names nothing
        yield InvariantBreach("V8", f"an item was left out without a reason: {type(error).__name__}")
        return
    yield InvariantBreach("V8", "an item was left out without a reason, and was not named")


def _write(session: Session, process: Process, year: int, more: tuple[DraftItem, ...], *, leaves_out: int) -> None:
    by, at = _actor(session, process), process.world.clock.now
    begin_draft(session, GROUP, by=by, at=at)
    there = draft_shown(session, GROUP, by=by, at=at)
    items = (*there.items, *there.left) if there else ()
    carried = [
        DraftItem(
            1, item.title, item.kind, item.origin or item.key, category=item.category, responsible=item.responsible,
            year=item.year,
        )
        for item in items
    ]  # fmt: skip
    content = DraftContent(year, areas=AREAS, items=(*carried[leaves_out:], *more))
    put_draft(session, GROUP, content, by=by, at=at)


def _acts_as_staff(process: Process) -> Found:
    """Let the chair of the group log a contact with it, as only staff may; what it leads to, the watch sees."""
    today = local_day(process.world.clock.now)
    try:
        with process.database.transaction() as session:
            chair = session.scalars(select(Person).where(Person.email == MEMBER)).one()
            group = unit_named(session, GROUP)
            session.add(Membership(person_id=chair.id, unit_id=group.id, role=Role.HEAD, since=today))
            session.flush()
            given = ContactGiven(today, ContactWay.PHONE, today + 90 * A_DAY)
            log_contact(session, group, given, by=_actor(session, process), at=process.world.clock.now)
    except Refusal:
        return
    yield from ()


def watched(process: Process) -> Found:
    """Come to rest, and yield what the watch over the villages finds."""
    process.come_to_rest()
    breaches = Breaches()
    with process.database.reading() as session:
        VillageWatch(breaches).check(session, process.world.clock.now)
    yield from (InvariantBreach(*line.split(": ", 1)) for line in breaches.lines)


YEARS: tuple[Callable[[Process], Found], ...] = (sweeps, _adopts, _leaves_out, _revises, _acts_as_staff, watched)


def _actor(session: Session, process: Process) -> Actor:
    """Return the member of the group as an actor."""
    person = session.scalars(select(Person.id).where(Person.email == MEMBER)).one()
    actor = actor_for(session, person, on=local_day(process.world.clock.now))
    if actor is None:
        raise LookupError(MEMBER)
    return actor


# --- two at once ---------------------------------------------------------------


def _looks_twice(process: Process) -> Found:
    now, errors = process.world.clock.now, list[Exception]()
    look = getattr(sweeping, "ensure_missing")  # as the sweep knows it  # noqa: B009

    def sweep_too() -> None:
        try:
            sweep(process.database, now=now)
        except Exception as error:
            errors.append(error)

    with process.database.transaction() as session:  # a group of which nobody has told what it owes
        session.add(Unit(slug="vasterby", kind=UnitKind.GROUP, name="Västerby"))
    with process.database.transaction() as session:
        look(session, local_day(now), by=lambda: THE_CLOCK, at=now)
        other = _started(process, sweep_too)
    other.join()
    yield from (InvariantBreach("V1", f"two looked at once: {type(error).__name__}") for error in errors)


def _changes_meanwhile(process: Process) -> Found:
    changed: list[int] = []

    def change() -> None:
        try:
            with process.database.transaction() as session:
                session.execute(text("UPDATE focus_area SET name = 'Annat'"))
                changed.append(1)
        except Exception:
            return  # the database refuses

    with process.database.transaction() as session:
        _write(session, process, 2026, ITEMS, leaves_out=0)
    with process.database.transaction() as session:
        adopt_plan(session, GROUP, Adoption(), by=_actor(session, process), at=process.world.clock.now)
        other = _started(process, change)
    other.join()
    yield from (InvariantBreach("V6", "a version was changed while it was adopted") for _ in changed)


def _started(process: Process, act: Callable[[], None]) -> threading.Thread:
    """Start a thread, and return it when it waits for a lock, or has ended."""
    other = threading.Thread(target=act)
    other.start()
    for _ in range(PATIENCE):
        with process.database.reading() as session:
            waits = session.execute(text(WAITING)).first() is not None
        if waits or not other.is_alive():
            break
        time.sleep(0.02)
    return other
