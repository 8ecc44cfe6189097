"""Rows of plans, written past the domain: to try what the database itself refuses."""

from datetime import date

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session
from support.houses.small_house import MONDAY, SmallHouse

from cases.history.journal import Event
from cases.organisation.categories import Category
from cases.organisation.units import Unit
from cases.states import Kind
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion

ADOPT = text("UPDATE plan_version SET adopted_on = :day, event_id = :event WHERE id = :id")


class PlanRows:
    """The plan of norrby: an adopted version of two items whose cases are open, and a draft that carries the first."""

    def __init__(self, house: SmallHouse) -> None:
        self.house = house
        self.refs = [house.hand_in(title, kind=Kind.ACTION) for title in ("Ny lekplats", "Cykelväg", "Badbrygga")]
        with house.database.transaction() as session:
            self._add(session)

    def _add(self, session: Session) -> None:
        units = {unit.slug: unit.id for unit in session.scalars(select(Unit))}
        plans = [Plan(slug=slug, unit_id=units[slug]) for slug in ("norrby", "soderby")]
        session.add_all(plans)
        session.flush()
        first, other = (self._version(session, plan, 1) for plan in plans)
        self.plan, self.first, self.other = plans[0].id, first.id, other.id
        area = FocusArea(version_id=first.id, rank=1, name="Vägar")
        session.add(area)
        session.flush()
        self.first_area = area.id
        items = [self._item(session, first, area, number, ref) for number, ref in enumerate(self.refs[:2], start=1)]
        self.items = [item.id for item in items]
        self.adopt(session, first.id, date(2026, 3, 2))
        second = self._version(session, plans[0], 2, follows=first.id)
        area = FocusArea(version_id=second.id, rank=1, name="Vägar", origin_id=area.id)
        session.add(area)
        session.flush()
        self.second, self.area = second.id, area.id
        self.carried = self._item(session, second, area, 1, self.refs[0], origin=items[0].id).id

    def add_third(self, session: Session) -> int:
        """Add a draft that follows the second version and carries its item; return its id."""
        third = self._version(session, session.get_one(Plan, self.plan), 3, follows=self.second)
        area = FocusArea(version_id=third.id, rank=1, name="Vägar")
        session.add(area)
        session.flush()
        self._item(session, third, area, 1, self.refs[0], origin=self.carried)
        return third.id

    @staticmethod
    def _version(session: Session, plan: Plan, number: int, follows: int | None = None) -> PlanVersion:
        version = PlanVersion(
            plan_id=plan.id, unit_id=plan.unit_id, number=number, year=2026, follows_id=follows, changed_at=MONDAY
        )
        session.add(version)
        session.flush()
        return version

    @staticmethod
    def _item(
        session: Session, version: PlanVersion, area: FocusArea, number: int, ref: str, *, origin: int | None = None
    ) -> PlanItem:
        case = session.execute(text('SELECT id FROM "case" WHERE ref = :ref'), {"ref": ref}).scalar_one()
        item = PlanItem(
            version_id=version.id, unit_id=version.unit_id, focus_id=area.id, number=number, title="Ny lekplats",
            kind=PlanItemKind.OWN, responsible_id=version.unit_id, year=2026, case_id=case, origin_id=origin,
            category_id=session.scalars(select(Category.id).limit(1)).one(),
        )  # fmt: skip
        session.add(item)
        session.flush()
        return item

    def adopt(self, session: Session, version: int, day: date) -> None:
        """Set the version adopted on this day, by an event that no other record names."""
        session.flush()
        event = session.scalars(select(Event.id).where(Event.seq == 1, ~_is_named()).order_by(Event.id)).first()
        session.execute(
            ADOPT, {"day": day.isoformat() if self.house.database.is_sqlite else day, "event": event, "id": version}
        )

    def drop(self, session: Session, *, item: int) -> None:
        """Let the draft leave out this item, for a reason."""
        session.execute(DROP, {"version": self.second, "item": item})


def _is_named() -> ColumnElement[bool]:
    return Event.id.in_(select(PlanVersion.event_id).where(PlanVersion.event_id.is_not(None)))


DROP = text(
    "INSERT INTO plan_drop (version_id, item_id, unit_id, fate, reason)"
    " SELECT :version, id, unit_id, 'dropped', 'Ingen vill' FROM plan_item WHERE id = :item"
)
