"""Short ways to enter cases in a register of the small municipality, as staff do."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Request, hand_in
from cases.organisation.categories import Category
from cases.states import Kind
from cases.village.registers.authority import Authority, AuthorityKind
from cases.village.registers.entering import EntryGiven, enter_in_register
from cases.village.registers.reading_entries import EntryShown, entry_of

SORTS = ("fart", "skylt")
GIVEN = EntryGiven(decides="trafikverket", keeper="vagforening", where="Väg 26 vid skolan", sort="fart")
SENT = date(2026, 2, 3)
ANSWERED = date(2026, 2, 27)


class RegisterActs:
    """The register of traffic in a small house, which knows two authorities and two sorts."""

    def __init__(self, house: SmallHouse) -> None:
        self.house = house
        with house.database.transaction() as session:
            session.add_all([
                Authority(slug="trafikverket", name="Trafikverket", kind=AuthorityKind.NATIONAL_ROAD),
                Authority(slug="vagforening", name="Norrby vägförening", kind=AuthorityKind.ROAD_ASSOCIATION),
            ])  # fmt: skip
            topic = session.scalars(select(Category).where(Category.slug == "trafik")).one()
            topic.register = {"decides": "Vem beslutar", "keeper": "Väghållare", "sorts": list(SORTS)}

    def hand_in(self, title: str = "Bilarna kör för fort", *, published: bool = True, **more: object) -> str:
        """Hand a case about traffic in, published unless it is said not to be; return its reference."""
        ref = self.house.hand_in(title, **{"category": "trafik", "place": "norrby", **more})
        if published:
            self.publish(ref)
        return ref

    def many(self, number: int) -> set[str]:
        """Hand in and publish so many cases about traffic; return their references."""
        contact, refs = self.house.actors["contact"], set()
        with self.house.database.transaction() as session:
            for one in range(number):
                request = Request(kind=Kind.ISSUE, title=f"Nr {one}", category="trafik", place="norrby")
                case = hand_in(session, request, by=contact, at=MONDAY)
                correct(session, case, Correction(published=True), by=contact, at=MONDAY)
                refs.add(case.ref)
        return refs

    def publish(self, ref: str, *, at: datetime = MONDAY) -> None:
        """Publish the case."""
        with self.house.database.transaction() as session:
            correct(
                session,
                case_to_change(session, ref),
                Correction(published=True),
                by=self.house.actors["contact"],
                at=at,
            )

    def enter(self, ref: str, given: EntryGiven = GIVEN, *, by: str = "officer", at: datetime = MONDAY) -> list[int]:
        """Enter it; return the ids of the events."""
        with self.house.database.transaction() as session:
            return enter_in_register(session, case_to_change(session, ref), given, by=self.house.actors[by], at=at)

    @staticmethod
    def given(**changed: object) -> EntryGiven:
        """Return what is entered by default, with these changes."""
        return replace(GIVEN, **changed)

    def entry(self, ref: str) -> EntryShown:
        """Return what the register says of the case."""
        with self.house.database.reading() as session:
            return entry_of(session, self.house.case(ref).id)
