"""A municipality for the tests of letters: units and people, short ways to change cases, and the planned deliveries."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.migrated import CALENDAR
from support.letters.planned_letters import plan_letters

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.handing_in import Reporter, Request, hand_in
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.ladder.sweep import sweep
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role
from cases.organisation.places import Place
from cases.organisation.units import FORUM, Unit, UnitKind
from cases.parties import Follower, Party
from cases.progress import Change, change_state
from cases.states import Kind, State
from notifications.deliveries import Address, Delivery, DeliveryLine

A_TUESDAY = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
UNITS = {
    "gata": (UnitKind.DEPARTMENT, "Gatukontoret", "gata@kommun.example"),
    "skola": (UnitKind.DEPARTMENT, "Skolkontoret", None),
    "byalaget": (UnitKind.GROUP, "Byalaget i Lillån", "byalaget@byn.example"),
}
PEOPLE = {
    "kontakt": ("Karin Kontakt", Role.CONTACT, "desk", "0123-456 78"),
    "olle": ("Olle Handläggare", Role.OFFICER, "gata", None),
    "hanna": ("Hanna Chef", Role.HEAD, "gata", None),
    "sara": ("Sara Lärare", Role.OFFICER, "skola", None),
    "berit": ("Berit Byman", Role.MEMBER, "byalaget", None),
    "admin": ("Adam Admin", Role.ADMIN, None, None),
}
AT = "@kommun.example"
REPORTER = Reporter(name="Frida", email="frida@hemma.example")


@dataclass
class LetterTown:
    """A furnished municipality, with people by a short name as in `PEOPLE`."""

    database: Database
    people: dict[str, int] = field(default_factory=dict)

    def actor(self, session: Session, who: str | None) -> Actor:
        """Return the person of this name as an actor; a visitor for None."""
        found = actor_for(session, self.people[who], on=datetime.now(UTC).date()) if who else A_VISITOR
        assert found is not None
        return found

    def hand_in(self, *, by: str | None = None, at: datetime = A_TUESDAY, **request: Any) -> str:
        """Hand in a case about a lamp; return its reference."""
        given = {"title": "Lampan vid bron är trasig", "reporter": REPORTER, **request}
        with self.database.transaction() as session:
            case = hand_in(session, Request(given.pop("kind", Kind.ISSUE), **given), by=self.actor(session, by), at=at)
            return case.ref

    def change(
        self, ref: str, to: State, *, by: str | Actor | None = "kontakt", at: datetime = A_TUESDAY, **change: Any
    ) -> None:
        """Change the state of a case."""
        with self.database.transaction() as session:
            actor = by if isinstance(by, Actor) else self.actor(session, by)
            change_state(session, case_to_change(session, ref), Change(to, **change), by=actor, at=at)

    def contest(self, ref: str, note: str, *, at: datetime = A_TUESDAY) -> None:
        """Let the reporter contest that the case is done."""
        with self.database.reading() as session:
            who = reporter_of(the_case(session, ref))
        self.change(ref, State.ASSIGNED, by=who, at=at, note=note)

    def assigned(self, **request: Any) -> str:
        """Hand in a case, assign it to Gatukontoret and plan the letters; return its reference."""
        ref = self.hand_in(**request)
        self.change(ref, State.ASSIGNED, responsible="gata")
        self.plan()
        return ref

    def comment(self, ref: str, text: str, visibility: Visibility, *, by: str = "olle") -> None:
        """Comment on a case."""
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            comment(session, case, text, visibility, by=self.actor(session, by), at=A_TUESDAY)

    def follow(self, ref: str, email: str, **row: Any) -> int:
        """Publish the case and let an address follow it; return the follower's id."""
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            case.published_at = A_TUESDAY
            party = Party(email=email)
            session.add(party)
            session.flush()
            values = {"asked_at": A_TUESDAY, "confirmed_at": A_TUESDAY, **row}
            follower = Follower(case_id=case.id, party_id=party.id, **values)
            session.add(follower)
            session.flush()
            return follower.id

    def plan(self) -> None:
        """Plan the letters about what has happened since the last time, as the relay does."""
        plan_letters(self.database)

    def sweep(self, at: datetime) -> None:
        """Sweep at this moment, and plan the letters."""
        sweep(self.database, now=at)
        self.plan()

    def told(self, type_: str) -> set[tuple[str, str]]:
        """Return (recipient, letter) of each delivery about the last event of this type.

        A recipient is the local part of a mail address, else the key of a role.
        """
        with self.database.reading() as session:
            last = select(Event.id).where(Event.type == type_).order_by(Event.id.desc()).limit(1)
            rows = session.execute(
                select(Address.email_normalised, Delivery.recipient, DeliveryLine.letter)
                .select_from(DeliveryLine)
                .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
                .outerjoin(Address, Address.id == Delivery.address_id)
                .where(DeliveryLine.event_id == last.scalar_subquery())
            )
            return {((email or to).partition("@")[0], letter) for email, to, letter in rows}

    def deliveries(self, letter: str) -> list[Delivery]:
        """Return the deliveries of this letter, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).where(Delivery.letter == letter).order_by(Delivery.id)))


def furnish(url: str) -> None:
    """Migrate the empty database, and add units and people."""
    database = Database(url, CALENDAR)
    migrate(database)
    with database.transaction() as session:
        _add_rows(session)
    database.close()


def _add_rows(session: Session) -> None:
    municipality(session).name = "Åby kommun"
    session.add(Category(slug="trafik", name="Trafik", name_en="Traffic"))
    session.add(Place(slug="lillan", name="Lillån"))
    for slug, (kind, name, email) in UNITS.items():
        session.add(Unit(slug=slug, kind=kind, name=name, email=email))
    session.flush()
    session.scalars(select(Unit).where(Unit.slug == FORUM)).one().meets = None  # else the desk owes its next meeting
    ids = dict(session.execute(select(Unit.slug, Unit.id)).all())
    for who, (name, role, unit, phone) in PEOPLE.items():
        person = Person(email=f"{who}{AT}", name=name, phone=phone)
        session.add(person)
        session.flush()
        unit_id = ids[unit] if unit else None
        session.add(Membership(person_id=person.id, unit_id=unit_id, role=role, since=SINCE))


def open_town(url: str) -> LetterTown:
    """Return the town in this furnished database."""
    database = Database(url, CALENDAR)
    with database.reading() as session:
        people = session.execute(select(Person.email, Person.id)).all()
        return LetterTown(database, {email.removesuffix(AT): person_id for email, person_id in people})


def the_case(session: Session, ref: str) -> Case:
    """Return the case with this reference."""
    return session.scalars(select(Case).where(Case.ref == ref)).one()
