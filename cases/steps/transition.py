"""A transition: one change of state while it is being made. Also what all steps use to set days, units and officers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.calendar import add_months
from cases.case import Case
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.deadlines.policies import Terms
from cases.history.events import DomainEvent
from cases.history.journal import Entry, SpokenWords
from cases.history.words import Visibility
from cases.history.writers import EntryWriter
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit, contact_desk, unit_named
from cases.refusals import CannotHoldCases, DateNeeded, DateOutside, NotAllowed, UnknownName
from cases.states import State, Step

MOST_YEARS_AHEAD = 10
A_YEAR = 12  # months
OFFICER = (
    select(Person)
    .join(Membership, Membership.person_id == Person.id)
    .where(Person.email == bindparam("email"), Person.active, Membership.unit_id == bindparam("unit"))
    .where(serves_on(bindparam("day")))
    .limit(1)
)


@dataclass(frozen=True)
class WaitingFor:
    """For whom a case waits: `kind` is "reporter", "unit" or "other".

    A unit is named by its slug in `unit`; somebody else by `name`, with `their_ref` as their own reference.
    """

    kind: str
    unit: str | None = None
    name: str | None = None
    their_ref: str | None = None


@dataclass(frozen=True)
class Change:
    """A change of state that somebody asks for; `to` is the new state.

    `step` is the name of the step to take; when it is None, the step is chosen by `to` and by the other fields.
    `version` is the version of the case that the person had read. `responsible` is the slug of a unit, `officer` a mail
    address, `into` the reference of the case to merge into; days are local. `visibility` says who may read the note.
    `done_on` is the day on which the work was done, when that was before the change, and `done_by` says in words who
    did it. `records` are the events of what the change gives, each with its texts, which are written after its own.
    `delivery` is the number of the letter whose link was used, and `signed` what whoever used it says that they are
    called: words of the act, and nobody's identity. `channel` is "mail" for an answer that came by mail. `fulfils`
    names the obligation that the change fulfils, `then_owes` the one that the case has from now on: only the act that
    writes the record sets them.
    """

    to: State
    step: str | None = None
    note: str | None = None
    reason: str | None = None
    version: int | None = None
    responsible: str | None = None
    officer: str | None = None
    due_on: date | None = None
    promised_on: date | None = None
    waiting_for: WaitingFor | None = None
    into: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    done_on: date | None = None
    done_by: str | None = None
    delivery: int | None = None
    signed: str | None = None
    channel: str | None = None
    fulfils: str | None = None
    then_owes: str | None = None
    records: tuple[tuple[DomainEvent, tuple[SpokenWords, ...]], ...] = ()

    @property
    def words(self) -> str:
        """The reason, or the note when no reason was given; "" when neither was."""
        return visible(self.reason or "") or visible(self.note or "")


@dataclass
class Transition:
    """One change of state while it is being made; the functions of the steps take it as `act`.

    `change` is what was asked for, `step` the step that does it, and `entry` collects the events that record it.
    """

    writer: EntryWriter
    case: Case
    change: Change
    step: Step
    entry: Entry

    @property
    def session(self) -> Session:
        """The database session in which the change is made."""
        return self.writer.session

    @property
    def at(self) -> datetime:
        """The moment of the change, UTC."""
        return self.entry.at

    @property
    def today(self) -> date:
        """The local day of the change."""
        return calendar_of(self.session).day_of(self.at)

    @property
    def terms(self) -> Terms:
        """The terms of the case's policy: its deadlines in days and months."""
        return self.case.terms

    @property
    def was(self) -> str:
        """The state that the case has now.

        A step reads this before it sets the new state, so that it can record the old one.
        """
        return self.case.state.value


LATEST_DAY: Mapping[str, Callable[[Transition], date]] = {  # by obligation: how far its next day may lie ahead
    "contact": lambda act: act.today + timedelta(days=municipality(act.session).contact_days),
    "plan": lambda act: add_months(act.today, act.case.every_months or A_YEAR),
}


def enter_state(act: Transition, state: State, due_on: date | None, *, latest: date | None = None) -> str:
    """Set the case to `state`, and start the clock of that state; return the clock's due day as ISO text.

    Only for states in which the ladder's rungs fire once the clock runs out. The due day is `due_on` if that is a
    working day, else the next one. Raises `DateNeeded` when `due_on` is None, and `DateOutside` when it is past or
    after `latest` (None: ten years ahead). An import may set days outside these limits.
    """
    case, calendar = act.case, calendar_of(act.session)
    day = checked_day(act, due_on, earliest=act.today, latest=latest)
    if state is not State.WAITING:
        case.stop_waiting()
    case.state = state
    case.set_life_clock(None)
    case.set_state_clock(clocks.escalating(day, case.cycle + 1, act.at, act.terms, calendar))
    return day.isoformat()


def checked_day(
    act: Transition, day: date | None, *, earliest: date, latest: date | None, field: str = "due_on"
) -> date:
    """Return `day` if it is a working day, else the next working day.

    Raises `DateNeeded` when `day` is None, and `DateOutside` when it is before `earliest` or after `latest` (None: ten
    years ahead), or later than what is owed may be put off. An import may set days outside these limits. The errors
    name `field` as the field that is wrong.
    """
    if day is None:
        raise DateNeeded(field=field)
    last = min([latest or add_months(act.today, 12 * MOST_YEARS_AHEAD), *_put_off_until(act)])
    if not earliest <= day <= last and act.entry.by.kind is not ActorKind.IMPORT:
        raise DateOutside(field=field, earliest=earliest, latest=last)
    return calendar_of(act.session).roll_forward(day)


def _put_off_until(act: Transition) -> list[date]:
    """Return the last day to which what the case owes may be put off; [] when only the step and the policy say that.

    With an answer the case may go back to the day that it had before it waited.
    """
    if (latest := LATEST_DAY.get(act.case.obligation or "")) is None:
        return []
    former = act.case.waiting_from_due_at if act.step.name == "answer" else None
    return [max(latest(act), calendar_of(act.session).day_of(former))] if former else [latest(act)]


def working_days_from_now(act: Transition, working_days: int) -> date:
    """Return the local day that lies `working_days` working days after the day of the change."""
    return calendar_of(act.session).add_working_days(act.today, working_days)


def to_desk(act: Transition) -> None:
    """Make the desk responsible for the case, with no officer."""
    act.case.give_to(act.writer.find(contact_desk))


def reassign_if_asked(act: Transition) -> Unit:
    """Give the case to the unit and the officer that the change names, if any; return the unit that has the case now.

    Raises `NotAllowed` when the change names another unit, but the step being taken may not change the unit.
    """
    unit, officer = act.case.responsible, act.case.officer
    if act.change.responsible and act.change.responsible != unit.slug:
        if "responsible" not in act.step.may_have:
            raise NotAllowed(step="assign")
        unit, officer = unit_that_may_hold(act.writer, act.change.responsible), None
    if act.change.officer:
        officer = officer_named(act.session, act.change.officer, unit, act.today)
    act.case.give_to(unit, officer)
    return unit


def take_on(act: Transition) -> Unit:
    """Do what `reassign_if_asked` does for a unit that takes the case on; return the unit that has the case now.

    Whoever takes it on becomes its officer (see `officer_who_takes_on`), so that reminders reach a person.
    """
    unit = reassign_if_asked(act)
    if (officer := officer_who_takes_on(act)) is not None:
        act.case.give_to(unit, officer)
    return unit


def officer_who_takes_on(act: Transition) -> Person | None:
    """Return who becomes the officer of a case that is taken on: whoever acts, when nobody is named and nobody has it.

    Only somebody who serves in the responsible unit becomes its officer: the contact person who plans a case for a
    department does not. None when the case has an officer, or an import or another machine acts.
    """
    by, case = act.entry.by, act.case
    if case.officer_id is not None or by.person_id is None or not by.is_in(case.responsible_id):
        return None
    return act.session.get(Person, by.person_id)


def unit_that_may_hold(writer: EntryWriter, slug: str) -> Unit:
    """Return the active unit with this slug, which may be responsible for cases.

    Raises `UnknownName` when there is no such unit, and `CannotHoldCases` when it is a board, the forum or the council.
    """
    unit = writer.find(unit_named, slug, field="responsible")
    if not unit.holds_cases:
        raise CannotHoldCases(field="responsible", name=slug)
    return unit


def officer_named(session: Session, email: str | None, unit: Unit, today: date) -> Person | None:
    """Return the active person with this mail address who is a member of the unit today; None when no address is given.

    Raises `UnknownName` when the unit has no such member. `today` is the local day.
    """
    if not email:
        return None
    wanted = {"email": email.strip().lower(), "unit": unit.id, "day": today}
    officer: Person | None = session.scalar(OFFICER, wanted)
    if officer is None:
        raise UnknownName(field="officer", name=email)
    return officer
