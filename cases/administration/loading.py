"""Loading a setup file into the database. Loading a file again changes only what differs from the database."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.administration.left_out import differences
from cases.administration.reorganising import (
    UnitDetails,
    add_unit,
    add_unit_before_import,
    change_unit,
    update_fields,
)
from cases.administration.setup_file import BadSetupFile, FileError, read_setup_file
from cases.administration.setup_lines import (
    AuthorityLine,
    CategoryLine,
    ExistingNames,
    MeetingLine,
    MunicipalityLine,
    PersonLine,
    PerspectiveLine,
    PlaceLine,
    PolicyLine,
    SetupFile,
    UnitLine,
)
from cases.administration.staffing import (
    PersonDetails,
    Post,
    add_person,
    appoint,
    change_person,
    name_deputy,
    posts_of,
    relieve,
)
from cases.database.transactions import calendar_of
from cases.deadlines.policies import Policy, terms_to_store
from cases.history.events import HouseSettingChanged
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import spellings_of
from cases.meetings.meeting import Meeting, MeetingPlan, MeetingSort, plan_meeting
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.people import Person, Role, heads_of
from cases.organisation.places import Place
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import GroupSort, Unit, UnitKind
from cases.refusals import CannotMeet, DateOutside, NoFreeSeat, Refusal, SeatsStillHeld, SitsAlready, UnknownName
from cases.village.forum.meeting_case import ensured_case
from cases.village.registers.authority import Authority, AuthorityKind
from cases.village.seats.giving import SeatGiven, refuse_fewer_seats
from cases.village.seats.putting import end_other_seats, put_seats

WRONG_SEATS: dict[type[Refusal], str] = {
    NoFreeSeat: "{name} has {count} seats there, and none is free on all of these days",
    SitsAlready: "{name} has another seat there on one of these days",
    SeatsStillHeld: "more seats are held than there would be",
    UnknownName: "{name} is not of the kind that a seat needs: it is for a group, in a unit of the kind forum",
    DateOutside: "it ends before it begins",
}

Named = TypeVar("Named", Place, Category, Authority)


@dataclass
class HoldsDemonstration(Refusal):
    """This database holds the demonstration: load a municipality of your own into another database, an empty one."""

    code: ClassVar[str] = "holds-demonstration"


def load_setup_file(session: Session, text: str, *, at: datetime, owed: bool = True) -> list[str]:
    """Apply the text of a setup file to the database; return one line of text for each change.

    What new groups owe begins at once, unless `owed` is False: it then comes with an import that follows. Rows of the
    database that the file does not name stay as they are, and so do people who are switched off and units that are
    dissolved. Raises `BadSetupFile` with the errors in the file; the caller then rolls back. Raises
    `HoldsDemonstration` when the database holds the demonstration and the file is another's or adds people: everybody
    can log in there as anybody.
    """
    file = read_setup_file(text, _existing_names(session))
    present = municipality(session)
    if present.demonstration and (file.municipality.name != present.name or _adds_people(session, file)):
        raise HoldsDemonstration
    loader = SetupFileLoader(session, at, add_unit if owed else add_unit_before_import, owed)
    loader.places(file.places)
    loader.municipality_settings(file.municipality)  # first: what a new group owes goes by them
    loader.units(file.units)
    loader.people(file.people, file.units)
    loader.heads(file.units)
    loader.lower_forum_seats(file.municipality)
    loader.seats(file.people)
    loader.categories(file.categories)
    loader.authorities(file.authorities)
    loader.perspectives(file.perspectives)
    loader.policies(file.policies)
    loader.secretary(file.municipality.secretary)
    loader.bodies(file.units)
    loader.meetings(file.meetings)
    loader.record_settings()
    return loader.changed


def left_as_they_are(session: Session, text: str) -> list[str]:
    """Return a line for each person and unit that loading this file leaves as they are; see `left_out.differences`.

    Raises `BadSetupFile` with the errors in the file.
    """
    return differences(session, read_setup_file(text, _existing_names(session)))


def _adds_people(session: Session, file: SetupFile) -> bool:
    known = set(session.scalars(select(Person.email)))
    return any(known.isdisjoint(spellings_of(person.email)) for person in file.people)


@dataclass
class SetupFileLoader:
    """Applies the entries of one setup file to the database, one kind of entry after the other.

    Its methods append one line of text to `changed` for each change that they make. `add_unit` adds a unit. What a new
    meeting owes begins at once, unless `owed` is False.
    """

    session: Session
    at: datetime
    add_unit: Callable[..., Unit]
    owed: bool = True

    def __post_init__(self) -> None:
        self.changed: list[str] = []
        self._settings: list[str] = []

    def places(self, lines: Iterable[PlaceLine]) -> None:
        """Add the places that are new, and give those that exist the name in the file."""
        for line in lines:
            self._add_or_change(Place, line.slug, {"name": line.name, "active": True})

    def categories(self, lines: Iterable[CategoryLine]) -> None:
        """Add the categories that are new; change those that exist.

        What can change is the name, the words of its register, and the unit that is suggested for cases of the
        category; not to a dissolved one.
        """
        for line in lines:
            values: dict[str, Any] = {"name": line.name, "name_en": line.name_en, "active": True}
            values["register"] = _register(line)
            unit = self._unit(line.unit) if line.unit else None
            if unit is None or unit.active:
                values["suggests_id"] = unit.id if unit else None
            self._add_or_change(Category, line.slug, values)

    def authorities(self, lines: Iterable[AuthorityLine]) -> None:
        """Add the authorities that are new, and give those that exist the name and the kind in the file."""
        for line in lines:
            self._add_or_change(Authority, line.slug, {"name": line.name, "kind": AuthorityKind(line.kind)})

    def units(self, lines: Iterable[UnitLine]) -> None:
        """Add the units that are new; change the details of those that exist.

        A dissolved unit is left alone. Raises `BadSetupFile` when an entry gives an existing unit another kind.
        """
        for line in lines:
            sort = GroupSort(line.sort) if line.sort else None
            details = UnitDetails(line.name, line.email, line.phone, line.place, sort, line.seats)
            unit = self.session.scalar(select(Unit).where(Unit.slug == line.slug))
            if unit is None:
                self.add_unit(self.session, line.slug, UnitKind(line.kind), details, by=A_COMMAND, at=self.at)
                self.changed.append(f"unit {line.slug}: added")
            elif unit.kind != line.kind:
                place = f'[[units]] "{line.slug}", kind'
                raise BadSetupFile([FileError(place, f"is {unit.kind} already; a unit's kind cannot change")])
            elif unit.active:
                with in_file(f'[[units]] "{line.slug}", seats'):
                    changed = change_unit(self.session, unit, details, by=A_COMMAND, at=self.at)
                self._list_changes("unit", line.slug, changed)

    def people(self, lines: Iterable[PersonLine], units: Iterable[UnitLine]) -> None:
        """Add the people who are new; change details, roles and deputy of those who exist.

        A person's role ends today if neither their entry nor, for a head, that of the unit gives it. Who is switched
        off is left alone, and becomes nobody's deputy.
        """
        headed = {(line.head, line.slug) for line in units}
        present = [line for line in lines if self._person_of(line).active]
        for line in present:
            self._seats(line, end_other_seats)
            self._posts(line, [slug for head, slug in headed if head == line.email])
        for line in present:
            deputy = self._person(line.deputy) if line.deputy else None
            if (deputy is not None and not deputy.active) or (deputy is None and self._person(line.email).away_until):
                continue  # one whom somebody has named for the days on which they are away stays
            if name_deputy(self.session, self._person(line.email), deputy, by=A_COMMAND, at=self.at):
                self.changed.append(f"person {line.email}: deputy {line.deputy or 'none'}")

    def heads(self, lines: Iterable[UnitLine]) -> None:
        """Give each unit the head that its entry names, in place of its present heads.

        A unit whose entry names no head keeps those whom no entry of their own has relieved.
        """
        for line in lines:
            if line.head and self._unit(line.slug).active and self._person(line.head).active:
                self._appoint_head(self._unit(line.slug), self._person(line.head))

    def policies(self, lines: Iterable[PolicyLine]) -> None:
        """Add a version of each policy that is new, or whose terms or name in the file differ from its latest version.

        Old versions stay.
        """
        for line in lines:
            latest = self.session.scalars(
                select(Policy).where(Policy.scope == line.scope).order_by(Policy.version.desc())
            ).first()
            terms = terms_to_store(line.terms)
            if latest is None or latest.terms != terms or latest.name != line.name:
                self._new_version(line, terms, latest)

    def meetings(self, lines: Iterable[MeetingLine]) -> None:
        """Add the meetings that are new. For a meeting that exists, change when and where it begins, and its theme.

        It is the same when body, day and name are. One of a day that has passed was held elsewhere: its minutes are
        adjusted, and it owes nothing.
        """
        for line in lines:
            same = (Meeting.body_id == self._unit(line.body).id, Meeting.held_on == line.on, Meeting.name == line.name)
            meeting = self.session.scalar(select(Meeting).where(*same))
            if meeting is None:
                self._add_meeting(line)
                self._note("meeting", str(line.on), "added")
                continue
            given = {"where": line.where, "theme": line.theme, "starts_at": self._begins(line) or meeting.starts_at}
            if meeting.is_owed and (changed := update_fields(meeting, given)):
                self._note("meeting", str(line.on), ", ".join(changed))

    def _begins(self, line: MeetingLine) -> datetime | None:
        """Return the moment (UTC) at which the meeting begins; None when its time is not given."""
        return calendar_of(self.session).moment_of(line.on, line.starts_at) if line.starts_at is not None else None

    def _add_meeting(self, line: MeetingLine) -> None:
        plan = MeetingPlan(
            line.on, line.name, line.where, line.body, MeetingSort(line.sort), theme=line.theme,
            starts_at=self._begins(line),
        )  # fmt: skip
        try:
            meeting = plan_meeting(self.session, plan)
        except CannotMeet:
            place = f'[[meetings]] "{line.name}", body'
            raise BadSetupFile([FileError(place, f"{line.body} holds no meetings")]) from None
        if line.on < calendar_of(self.session).day_of(self.at):
            meeting.agenda_sent_on = meeting.closed_on = meeting.adjusted_on = line.on
            self.session.flush()
        elif self.owed:
            ensured_case(self.session, meeting, by=A_COMMAND, at=self.at)

    def secretary(self, slug: str | None) -> None:
        """Let the unit with this slug owe the minutes of meetings; None, or a dissolved one, leaves it as it is."""
        if slug is None:
            return
        unit = self._unit(slug)
        if not unit.active:
            return
        if not unit.holds_cases:
            raise BadSetupFile([FileError("[house], secretary", f"{slug} cannot hold cases")])
        house = municipality(self.session)  # locked already, with the settings
        if update_fields(house, {"secretary_id": unit.id}):
            self._note("house", "secretary", "changed")

    def bodies(self, lines: Iterable[UnitLine]) -> None:
        """Let each body meet in the months that its entry gives; one without any leaves them as they are."""
        for line in lines:
            if line.meets is None:
                continue
            months = ",".join(str(month) for month in sorted(set(line.meets))) or None
            if update_fields(self._unit(line.slug), {"meets": months}):
                self._note("unit", line.slug, "meets")

    def municipality_settings(self, line: MunicipalityLine) -> None:
        """Change those settings of the municipality that the file gives; the others stay as they are.

        Fewer seats in the forum are left to `lower_forum_seats`: the file may end some first.
        """
        given = {name: value for name, value in vars(line).items() if value is not None and name != "secretary"}
        house = municipality(self.session, locked=True)
        given["forum_seats"] = max(given.get("forum_seats", 0), house.forum_seats)
        for name in update_fields(house, given):
            self._note("house", name, "changed")

    def lower_forum_seats(self, line: MunicipalityLine) -> None:
        """Let each group have fewer seats in the forum, where the file gives fewer than there were."""
        with in_file("[house], forum_seats"):
            refuse_fewer_seats(self.session, None, line.forum_seats)
        if line.forum_seats and update_fields(municipality(self.session), {"forum_seats": line.forum_seats}):
            self._note("house", "forum_seats", "changed")
        self.session.flush()

    def perspectives(self, lines: Iterable[PerspectiveLine]) -> None:
        """Add the perspectives that are new, and give those that exist the names in the file."""
        house = municipality(self.session)  # locked already, with the settings
        for line in lines:
            names = [line.name, line.name_en]
            if house.perspectives.get(line.slug) != names:
                self._note("perspective", line.slug, "name" if line.slug in house.perspectives else "added")
                house.perspectives = house.perspectives | {line.slug: names}

    def record_settings(self) -> None:
        """Write one event that lists all changes made so far, if there are any.

        Changes of units and people are not in it: they have their own events.
        """
        self.session.flush()
        if self._settings:
            record_for_municipality(self.session, HouseSettingChanged(what=self._settings), by=A_COMMAND, at=self.at)

    def _add_or_change(self, table: type[Named], slug: str, values: dict[str, Any]) -> None:
        kind = table.__tablename__
        row = self.session.scalar(select(table).where(table.slug == slug))
        if row is None:
            self.session.add(table(slug=slug, **values))
            self._note(kind, slug, "added")
        elif changed := update_fields(row, values):
            self._note(kind, slug, ", ".join(changed))
        self.session.flush()

    def _new_version(self, line: PolicyLine, terms: dict[str, object], latest: Policy | None) -> None:
        version = latest.version + 1 if latest else 1
        self.session.add(
            Policy(
                scope=line.scope,
                version=version,
                name=line.name,
                kind=line.kind,
                obligation=line.obligation,
                category_id=self._id(Category, line.category),
                place_id=self._id(Place, line.place),
                terms=terms,
            )
        )
        self._note("policy", line.scope, f"version {version}")

    def _person_of(self, line: PersonLine) -> Person:
        """Return the person of this entry, added or with the entry's details; unchanged when they are switched off."""
        details = PersonDetails(line.name, line.phone, line.locale)
        person = self.session.scalar(select(Person).where(Person.email == line.email))
        if person is None:
            person = add_person(self.session, line.email, details, by=A_COMMAND, at=self.at)
            self.changed.append(f"person {line.email}: added")
        elif person.active:
            self._list_changes(
                "person", line.email, change_person(self.session, person, details, by=A_COMMAND, at=self.at)
            )
        return person

    def _posts(self, line: PersonLine, headed: Iterable[str]) -> None:
        """Give the person the posts of their entry, and end others that they hold; `headed` are units they lead."""
        person = self._person(line.email)
        given = [Post(Role(role), self._unit(slug) if slug else None) for role, slug in line.posts]
        wanted = [post for post in given if post.unit is None or post.unit.active]
        for post in wanted:
            self._appoint(person, post)
        kept = [*wanted, *(Post(Role.HEAD, self._unit(slug)) for slug in headed)]
        for post in posts_of(self.session, person, calendar_of(self.session).day_of(self.at)):
            if post not in kept:
                relieve(self.session, person, post, by=A_COMMAND, at=self.at)
                self.changed.append(f"person {line.email}: no longer {post}")

    def seats(self, lines: Iterable[PersonLine]) -> None:
        """Give people the seats of their entries, now that those of others have ended."""
        for line in lines:
            if self._person(line.email).active:
                self._seats(line, put_seats)

    def _seats(self, line: PersonLine, put: Callable[..., list[str]]) -> None:
        """Let `put` end or give seats of the person as their entry has them; none of what is dissolved."""
        given = [
            SeatGiven(
                self._unit(seat.unit),
                self._unit(seat.group) if seat.group else None,
                Sector(seat.sector) if seat.sector else None,
                Office(seat.office) if seat.office else None,
                seat.since,
                seat.until,
            )
            for seat in line.seats
        ]
        wanted = [seat for seat in given if seat.body.active and (seat.group is None or seat.group.active)]
        with in_file(f'[[people]] "{line.email}", roles'):
            told = put(self.session, self._person(line.email), wanted, by=A_COMMAND, at=self.at)
        self.changed += [f"person {line.email}: {change}" for change in told]

    def _appoint(self, person: Person, post: Post) -> None:
        if appoint(self.session, person, post, by=A_COMMAND, at=self.at):
            self.changed.append(f"person {person.email}: {post}")

    def _appoint_head(self, unit: Unit, head: Person) -> None:
        for former in heads_of(self.session, unit.id, calendar_of(self.session).day_of(self.at)):
            if former.id != head.id:
                relieve(self.session, former, Post(Role.HEAD, unit), by=A_COMMAND, at=self.at)
                self.changed.append(f"person {former.email}: no longer head:{unit.slug}")
        self._appoint(head, Post(Role.HEAD, unit))

    def _list_changes(self, kind: str, name: str, fields: list[str]) -> None:
        if fields:
            self.changed.append(f"{kind} {name}: {', '.join(fields)}")

    def _note(self, kind: str, name: str, change: str) -> None:
        self.changed.append(f"{kind} {name}: {change}")
        self._settings.append(f"{kind}:{name}")

    def _unit(self, slug: str) -> Unit:
        return self.session.scalars(select(Unit).where(Unit.slug == slug)).one()

    def _person(self, email: str) -> Person:
        return self.session.scalars(select(Person).where(Person.email == email)).one()

    def _id(self, table: type[Named], slug: str | None) -> int | None:
        return self.session.scalar(select(table.id).where(table.slug == slug)) if slug else None


@contextmanager
def in_file(place: str) -> Iterator[None]:
    """Turn a refusal about seats in the block into an error of the setup file, at this place of it."""
    try:
        yield
    except (NoFreeSeat, SitsAlready, SeatsStillHeld, UnknownName, DateOutside) as refused:
        raise BadSetupFile([FileError(place, WRONG_SEATS[type(refused)].format(**refused.facts))]) from None


def _register(line: CategoryLine) -> dict[str, Any] | None:
    """Return what is stored of the words for the register of a category; None when its entry gives none."""
    if line.register is None:
        return None
    given = vars(line.register) | {"sorts": list(line.register.sorts)}
    return {name: value for name, value in given.items() if value}


def _existing_names(session: Session) -> ExistingNames:
    return ExistingNames(
        units=frozenset(session.scalars(select(Unit.slug).where(Unit.active))),
        people=frozenset(session.scalars(select(Person.email).where(Person.active))),
        places=frozenset(session.scalars(select(Place.slug))),
        categories=frozenset(session.scalars(select(Category.slug))),
    )
