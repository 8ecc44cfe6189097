"""How the municipality stands with each group: the last contact, the next, and what is owed to it and by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.organisation.units import Unit, UnitKind
from cases.refusals import NotFound
from cases.states import LADDER_STATES, State
from cases.village.owing import active_groups, is_still_owed
from cases.village.plans.obligations import ADOPTED_ON
from cases.village.plans.reading.lateness import HAS_ITS_DAY
from cases.village.plans.reading.published import IS_NEWEST
from cases.village.plans.records.plan import Plan, PlanKind
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.relations.contact import Contact
from cases.village.relations.obligations import CONTACT
from cases.village.relations.open_counts import open_counts

FAR = datetime.max.replace(tzinfo=UTC)  # of a group to which and by which nothing is owed


@dataclass(frozen=True)
class OwedNow:
    """What is owed to a group or, with `by_group`, by it, and not given yet. `is_late`: its day has passed."""

    ref: str
    obligation: str
    due_at: datetime
    is_late: bool
    by_group: bool


@dataclass(frozen=True)
class GroupStanding:
    """How it stands with one group: `last` is the latest contact, `owed` in the order of its days, what is late first.

    `open_cases` counts those that its own page lists as open. `plan_adopted_on` is the local day of the adoption of the
    plan that stands, None before the first one; `late_items` are how many of its items are late, the first since
    `late_since`.
    """

    slug: str
    name: str
    last: Contact | None
    owed: tuple[OwedNow, ...]
    open_cases: int
    plan_adopted_on: date | None
    late_items: int = 0
    late_since: datetime | None = None

    @property
    def next_contact(self) -> OwedNow | None:
        """The contact that is owed to the group; None when nobody has looked for what lacks since the group came."""
        return next((owed for owed in self.owed if owed.obligation == CONTACT.name), None)

    @property
    def is_late(self) -> bool:
        """Whether the day of something that is owed to the group or by it, or of an item of its plan, has passed."""
        return self.late_items > 0 or any(owed.is_late for owed in self.owed)


def group_to_meet(session: Session, slug: str) -> Unit:
    """Return the active group with this slug. Raises `NotFound` when there is none."""
    group = session.scalar(select(Unit).where(Unit.slug == slug, Unit.kind == UnitKind.GROUP, Unit.active))
    if group is None:
        raise NotFound(ref=slug)
    return group


def standings(session: Session, now: datetime) -> list[GroupStanding]:
    """Return how it stands with each active group, those with something late first. A fixed number of queries."""
    rows = session.execute(active_groups().add_columns(ADOPTED_ON)).all()
    latest, owed = _latest_contacts(session), _owed(session, [group for group, _ in rows], now)
    counts, late = open_counts(session), _late_items(session, now)
    found = [
        GroupStanding(
            group.slug, group.name, latest.get(group.id), tuple(owed.get(group.slug, ())), counts.get(group.id, 0),
            adopted_on, *late.get(group.id, ()),
        )
        for group, adopted_on in rows
    ]  # fmt: skip
    return sorted(found, key=_late_first)


def last_contact_days(session: Session, groups: Iterable[str], *, until: date) -> dict[str, date]:
    """Return the day of the latest contact with each of the groups with these slugs, by slug, as of the day `until`."""
    rows = session.execute(
        select(Unit.slug, func.max(Contact.on_day))
        .join(Contact, Contact.unit_id == Unit.id)
        .where(Unit.slug.in_(list(groups)), Contact.on_day <= until, _stands())
        .group_by(Unit.slug)
    )
    return dict(rows.all())


def _late_first(standing: GroupStanding) -> tuple[bool, datetime, str]:
    days = [owed.due_at for owed in standing.owed if owed.is_late or not standing.is_late]
    first = min([*days, standing.late_since or FAR])
    return not standing.is_late, first, standing.name


def _stands() -> ColumnElement[bool]:
    """Return the condition on `Contact` that no other record has replaced it."""
    other = aliased(Contact)
    return ~select(other.id).where(other.replaces_id == Contact.id).exists()


def _latest_contacts(session: Session) -> Mapping[int, Contact]:
    place = func.row_number().over(partition_by=Contact.unit_id, order_by=(Contact.on_day.desc(), Contact.id.desc()))
    numbered = select(Contact.id, place.label("place")).where(_stands()).subquery()
    latest = select(Contact).join(numbered, numbered.c.id == Contact.id).where(numbered.c.place == 1)
    return {contact.unit_id: contact for contact in session.scalars(latest)}


def _owed(session: Session, groups: Iterable[Unit], now: datetime) -> dict[str, list[OwedNow]]:
    """Return what is owed to and by the groups, by slug: what a group has to do, and what it is the subject of."""
    slugs = {group.id: group.slug for group in groups}
    found: dict[str, list[OwedNow]] = defaultdict(list)
    for case in session.execute(_open_obligations()):
        ref, obligation, subject, due_at, state, responsible = case
        slug = slugs.get(responsible, subject)
        late = state in LADDER_STATES and due_at < now
        found[slug].append(OwedNow(ref, obligation, due_at, late, by_group=responsible in slugs))
    return {slug: sorted(owed, key=lambda one: not one.is_late) for slug, owed in found.items()}


def _open_obligations() -> Select[str, str, str, datetime, State, int]:
    return (
        select(Case.ref, Case.obligation, Case.subject, Case.due_at, Case.state, Case.responsible_id)  # type: ignore[return-value]
        .where(is_still_owed())
        .order_by(Case.due_at, Case.id)
    )


def _late_items(session: Session, now: datetime) -> Mapping[int, tuple[int, datetime | None]]:
    """Return how many items of the plan that stands are late, and the first of their days, by the id of the group."""
    found = (
        select(Plan.unit_id, func.count(), func.min(Case.due_at))
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .join(PlanItem, PlanItem.version_id == PlanVersion.id)
        .join(Case, Case.id == PlanItem.case_id)
        .where(Plan.kind == PlanKind.LOCAL, PlanVersion.adopted_on.is_not(None), IS_NEWEST)
        .where(Case.due_at < now, Case.state.in_(sorted(HAS_ITS_DAY)))
        .group_by(Plan.unit_id)
    )
    return {unit_id: (count, first) for unit_id, count, first in session.execute(found)}
