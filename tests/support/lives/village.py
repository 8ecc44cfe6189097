"""What the villages do, as rules of the life machine: plans, contacts, and groups that come and go."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

import hypothesis.strategies as some
from hypothesis.stateful import invariant, multiple, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.lives.course import received
from support.lives.house import Do
from support.lives.oracle import CONTACTS, RightsKey
from support.lives.people import PeopleAct

from cases.administration.reorganising import UnitDetails, add_unit, dissolve_unit
from cases.case import Case
from cases.organisation.units import Unit, UnitKind, unit_named
from cases.refusals import Refusal
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftItem
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact
from notifications.deliveries import Address, Delivery, DeliveryLine
from proof.crashes.grounds import CrashGround
from proof.simulation.second_calendar import end_of, rolled

FOUNDED = "soderby"
MAY_PLAN = {"norrby": {"ombud", "kontakt"}, FOUNDED: {"kontakt"}}
ASKS = ("ombud", "kontakt", "handlaggare")
STAFF = {"kontakt", "handlaggare"}
KINDS = tuple(PlanItemKind)


@dataclass
class VillageLife:
    """What is expected of one group: its plan, and the contact with it."""

    has_draft: bool = False
    adopted_on: date | None = None
    versions: int = 0
    next_contact: date | None = None


class VillagesAct(PeopleAct):
    """The machine's rules for villages, with what is expected of each group that is there."""

    def __init__(self, ground: CrashGround, tally: Counter[str], tried: set[RightsKey]) -> None:
        super().__init__(ground, tally, tried)
        self.villages = {"norrby": VillageLife()}
        self.was_founded = False
        self.adopters: list[tuple[str, str]] = []  # of each adoption the group, and who adopted

    @precondition(lambda self: not self.was_founded)
    @rule()
    def a_group_is_founded(self) -> None:
        def found(session: Session) -> None:
            details, admin = (
                UnitDetails("Söderby byalag", f"{FOUNDED}@prov.example"),
                self.actor(session, None, "admin"),
            )
            add_unit(session, FOUNDED, UnitKind.GROUP, details, by=admin, at=self.world.clock.now)

        self.written_alone(found)
        with self.process.database.reading() as session:
            self.was_founded = session.scalar(select(Unit.id).where(Unit.slug == FOUNDED)) is not None
        if self.was_founded:
            self.villages[FOUNDED] = VillageLife()

    @precondition(lambda self: FOUNDED in self.villages)
    @rule()
    def a_group_is_dissolved(self) -> None:
        def dissolve(session: Session) -> None:
            unit, admin = unit_named(session, FOUNDED), self.actor(session, None, "admin")
            dissolve_unit(session, unit, "gata", by=admin, at=self.world.clock.now)

        self.written_alone(dissolve)
        if not self._is_active(Unit.slug == FOUNDED, Unit):
            del self.villages[FOUNDED]

    @rule(data=some.data(), who=some.sampled_from(ASKS), items=some.integers(0, 2))
    def draft_a_plan(self, data: some.DataObject, who: str, items: int) -> None:
        """Save a draft that carries on what there is, and adds new items."""
        slug = data.draw(some.sampled_from(sorted(self.villages)))

        def save(session: Session) -> None:
            by, at = self.actor(session, None, who), self.world.clock.now
            begin_draft(session, slug, by=by, at=at)
            put_draft(session, slug, self._content(session, slug, who, items), by=by, at=at)

        allowed = who in MAY_PLAN[slug]
        self._tried(slug, save, allowed=allowed)
        self.villages[slug].has_draft = self._versions(slug)[1]

    @rule(data=some.data(), who=some.sampled_from(ASKS))
    def adopt_a_plan(self, data: some.DataObject, who: str) -> None:
        slug = data.draw(some.sampled_from(sorted(self.villages)))
        village, today = self.villages[slug], self.day(0)

        def adopt(session: Session) -> None:
            adopt_plan(session, slug, Adoption(), by=self.actor(session, None, who), at=self.world.clock.now)

        allowed = who in MAY_PLAN[slug] and village.has_draft and village.adopted_on != today
        self._tried(slug, adopt, allowed=allowed)
        versions, village.has_draft = self._versions(slug)
        if versions > village.versions:
            village.versions, village.adopted_on = versions, today
            self.adopters.append((slug, who))
            self.tally["plans adopted"] += 1

    @rule(target=PeopleAct.cases, data=some.data(), who=some.sampled_from(ASKS), days=some.integers(1, 200),
          questions=some.integers(0, 2))  # fmt: skip
    def log_a_contact(self, data: some.DataObject, who: str, days: int, questions: int) -> object:
        slug, at = data.draw(some.sampled_from(sorted(self.villages))), self.world.clock.now
        today, next_on = self.day(0), self.day(days)
        titles = [f"Fråga {len(self.life) + n}" for n in range(questions)]

        def log(session: Session) -> None:
            given = ContactGiven(today, ContactWay.PHONE, next_on, questions=tuple(map(QuestionTaken, titles)))
            log_contact(session, unit_named(session, slug), given, by=self.actor(session, None, who), at=at)

        allowed = who in STAFF and days <= 183
        if self._tried(slug, log, allowed=allowed) or self._owed(slug).get("contact") == end_of(rolled(next_on)):
            self.villages[slug].next_contact = next_on
            self.tally["contacts logged"] += 1
        refs = [ref for title in titles if (ref := self._ref(title))]
        self.life |= {ref: replace(received(slug, at), has_reporter=False) for ref in refs}
        return multiple(*refs)

    @invariant()
    def each_group_owes_its_plan_and_is_owed_a_contact(self) -> None:
        with self.process.database.reading() as session:
            open_ones = select(Case.subject, Case.obligation).where(
                Case.obligation.in_(("plan", "contact")), Case.due_at.is_not(None)
            )
            owed = sorted(tuple(row) for row in session.execute(open_ones))
        assert owed == sorted((slug, name) for slug in self.villages for name in ("plan", "contact"))
        for slug, village in self.villages.items():
            if village.next_contact is not None:
                assert self._owed(slug)["contact"] == end_of(rolled(village.next_contact)), slug

    def look_back(self) -> None:
        """Assert that those who should know were told of each plan."""
        super().look_back()
        told = [(slug, self._told(slug, number)) for slug, number in self._numbered()]
        assert told == [(slug, _expected(slug, who)) for slug, who in self.adopters]

    def _tried(self, slug: str, do: Do, *, allowed: bool) -> bool:
        """Try an act, and assert that it is let through or refused as is expected; return whether it is there."""
        try:
            lived = self.written_alone(do)
        except Refusal as refusal:
            assert not allowed, (slug, self.villages[slug], refusal)
            self.tally["acts refused"] += 1
            return False
        assert allowed or not lived, (slug, self.villages[slug], "was let through")
        return lived

    def _content(self, session: Session, slug: str, who: str, items: int) -> DraftContent:
        draft = draft_shown(session, slug, by=self.actor(session, None, who), at=self.world.clock.now)
        assert draft is not None
        carried = [
            DraftItem(1, item.title, item.kind, item.origin or item.key, category=item.category,
                      responsible=item.responsible, year=item.year)
            for item in (*draft.items, *draft.left) if item.origin or item in draft.left
        ]  # fmt: skip
        new = [
            DraftItem(1, f"Punkt {len(carried) + n}", KINDS[n], category="belysning", year=2026,
                      responsible=slug if KINDS[n] is PlanItemKind.OWN else "gata")
            for n in range(items)
        ]  # fmt: skip
        return DraftContent(2026, areas=(DraftArea(1, "Vägar"),), items=(*carried, *new))

    def _versions(self, slug: str) -> tuple[int, bool]:
        """Return how many versions of the plan are adopted, and whether it has a draft."""
        rows = select(PlanVersion.adopted_on).join(Plan, Plan.id == PlanVersion.plan_id).where(Plan.slug == slug)
        with self.process.database.reading() as session:
            days = session.scalars(rows).all()
        return sum(day is not None for day in days), None in days

    def _owed(self, slug: str) -> dict[str, datetime | None]:
        """Return by when what is owed of the group is due, by what it is."""
        owed = select(Case.obligation, Case.due_at).where(Case.subject == slug, Case.due_at.is_not(None))
        with self.process.database.reading() as session:
            return {str(name): due_at for name, due_at in session.execute(owed)}

    def _numbered(self) -> list[tuple[str, int]]:
        adopted = select(Plan.slug, PlanVersion.event_id).join(Plan, Plan.id == PlanVersion.plan_id)
        with self.process.database.reading() as session:
            rows = session.execute(adopted.where(PlanVersion.event_id.is_not(None)).order_by(PlanVersion.event_id))
            return [(slug, number) for slug, number in rows]

    def _told(self, slug: str, event: int) -> set[str]:
        """Return who got the one letter about the adoption."""
        lines = (
            select(Delivery.recipient, Address.email_normalised)
            .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
            .outerjoin(Address, Address.id == Delivery.address_id)
            .where(DeliveryLine.event_id == event, DeliveryLine.letter == "plan_adopted")
        )
        with self.process.database.reading() as session:
            return {(email or to).partition("@")[0] for to, email in session.execute(lines)}


def _expected(slug: str, who: str) -> set[str]:
    return {slug, *CONTACTS} - {who}
