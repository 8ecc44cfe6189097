"""The `case` table: columns, constraints, clocks, and the statements that load one case."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from cases.database.base import Base, BigId, UtcDateTime, one_of, partial_index
from cases.database.writing.bulk import defaults_of
from cases.deadlines.clocks import Clock
from cases.deadlines.policies import Policy, Terms, terms_from
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.parties import Party
from cases.randomness import random_word
from cases.refusals import NotFound
from cases.states import ENDED, LADDER_STATES, Kind, State

ENDED_SQL = "state IN ('closed', 'declined', 'merged')"
OPEN_SQL = "state IN ('received', 'assigned', 'planned', 'in_progress', 'waiting', 'parked', 'done')"
ACTED_ON_SQL = "due_at IS NOT NULL AND state NOT IN ('parked', 'done')"  # somebody ought to be working on it
SENT_BACK_SQL = "sent_back_count > 0 AND state = 'received'"
QUICK_WIN_SQL = "quick_win IS true AND due_at IS NOT NULL"
JUNK_SQL = "junk_since IS NOT NULL AND due_at IS NOT NULL"
UNREAD_SQL = "unread_reply IS NOT NULL"
OWED_SQL = "obligation IS NOT NULL AND due_at IS NOT NULL"  # what somebody owes, and has not given yet
WAITING_FOR_REPORTER = "reporter"
LONGEST_TITLE = 200
LONGEST_TEXT = 20_000


def fresh_public_id() -> str:
    """Return a new public id: 128 random bits. Whoever knows it may read, answer and contest as the reporter."""
    return random_word(16)


class Case(Base):
    """One case: anything that somebody waits for an answer to.

    The constraints of the table hold guarantee G1: an open case has an active responsible unit, and a moment at which
    something happens next (`next_at`).
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        ForeignKeyConstraint(
            ["responsible_id", "responsible_holds"], ["unit.id", "unit.holds_cases"], name="fk_case_responsible_holds"
        ),
        CheckConstraint(f"{ENDED_SQL} OR {OPEN_SQL}", name="state"),
        CheckConstraint("kind IN ('issue', 'proposal', 'action', 'application', 'duty')", name="kind"),
        CheckConstraint(
            f"({ENDED_SQL} AND next_at IS NULL AND due_at IS NULL AND responsible_holds IS NULL)"
            f" OR ({OPEN_SQL} AND next_at IS NOT NULL AND due_at IS NOT NULL"
            " AND responsible_id IS NOT NULL AND responsible_holds IS TRUE)",
            name="nobodys_case",
        ),
        CheckConstraint(
            f"{ENDED_SQL} OR (rung_at IS NOT NULL AND next_at <= rung_at"
            " AND (life_at IS NULL OR next_at <= life_at)"
            " AND (statutory_at IS NULL OR next_at <= statutory_at)"
            " AND (promise_breaks_at IS NULL OR next_at <= promise_breaks_at))",
            name="next_is_the_least",
        ),
        CheckConstraint("(state = 'waiting') = (waiting_for IS NOT NULL)", name="waiting_for"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title"),
        CheckConstraint("(obligation IS NULL) = (subject IS NULL)", name="obligation"),
        partial_index("ix_case_next_at", "next_at", "id", where="next_at IS NOT NULL"),
        partial_index("ix_case_due", "due_at", "id", where="due_at IS NOT NULL"),
        partial_index("ix_case_touched", "touched_at", "id", where=ACTED_ON_SQL),
        partial_index("ix_case_sent_back", "due_at", "id", where=SENT_BACK_SQL),
        partial_index("ix_case_quick_win", "due_at", "id", where=QUICK_WIN_SQL),
        partial_index("ix_case_quick_win_state", "state", "due_at", "id", where=QUICK_WIN_SQL),
        partial_index("ix_case_quick_win_responsible", "responsible_id", "due_at", "id", "state", where=QUICK_WIN_SQL),
        partial_index("ix_case_state_due", "state", "due_at", "id", where="due_at IS NOT NULL"),
        Index("ix_case_state", "state", "id"),
        Index("ix_case_responsible", "responsible_id", "state", "id"),
        partial_index("ix_case_responsible_due", "responsible_id", "due_at", "id", "state", where="due_at IS NOT NULL"),
        Index("ix_case_group", "group_id", "id"),
        partial_index(
            "ix_case_group_due", "group_id", "due_at", "id", where="group_id IS NOT NULL AND due_at IS NOT NULL"
        ),
        partial_index("ix_case_waiting_unit", "waiting_unit_id", "due_at", "id", where="waiting_unit_id IS NOT NULL"),
        partial_index("ix_case_merged_into", "merged_into_id", where="merged_into_id IS NOT NULL"),
        Index("ix_case_place", "place_id", "id"),
        partial_index("ix_case_place_due", "place_id", "due_at", "id", where="due_at IS NOT NULL"),
        Index("ix_case_category", "category_id", "id"),
        partial_index("ix_case_category_due", "category_id", "due_at", "id", where="due_at IS NOT NULL"),
        Index("ix_case_reporter", "reporter_id"),
        partial_index("ix_case_junk", "junk_since", "id", where=JUNK_SQL),
        partial_index("ix_case_unread_reply", "due_at", "id", where=UNREAD_SQL),
        partial_index("uq_case_obligation", "obligation", "subject", where=OWED_SQL, unique=True),
        partial_index("ix_case_contact_id", "contact_id", "id", where="contact_id IS NOT NULL"),
        partial_index("ix_case_published", "published_at", "id", where="published_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default_factory=fresh_public_id)
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    origin: Mapped[str | None] = mapped_column(String(30), default=None)
    state: Mapped[State] = mapped_column(one_of(State), default=State.RECEIVED)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    channel: Mapped[str] = mapped_column(String(20), default="web")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    responsible_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    # NULL once the case has ended, also in a new row that an import writes as ended: no default may replace it
    responsible_holds: Mapped[bool | None] = mapped_column(Boolean().evaluates_none(), default=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), default=None)
    latitude: Mapped[float | None] = mapped_column(Float, default=None)
    longitude: Mapped[float | None] = mapped_column(Float, default=None)

    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    cycle: Mapped[int] = mapped_column(default=0)
    rung: Mapped[int] = mapped_column(default=0)  # the next rung to fire
    rung_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    life_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    life_cycle: Mapped[int] = mapped_column(default=0)
    life_rung: Mapped[int] = mapped_column(default=0)
    life_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    raised_on: Mapped[date | None] = mapped_column(default=None)
    statutory_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    statutory_cycle: Mapped[int] = mapped_column(default=0)
    statutory_rung: Mapped[int] = mapped_column(default=0)
    statutory_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    promised_on: Mapped[date | None] = mapped_column(default=None)
    promise_breaks_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    waiting_for: Mapped[str | None] = mapped_column(String(10), default=None)  # reporter, unit, other
    waiting_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    waiting_name: Mapped[str | None] = mapped_column(String(200), default=None)
    waiting_their_ref: Mapped[str | None] = mapped_column(String(100), default=None)
    waiting_from: Mapped[State | None] = mapped_column(one_of(State), default=None)
    waiting_from_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), default=None)

    duty_on: Mapped[date | None] = mapped_column(default=None)  # the day on which a duty is due
    duty_first_on: Mapped[date | None] = mapped_column(default=None)  # of the first duty: the later ones count from it
    every_months: Mapped[int | None] = mapped_column(default=None)  # a recurring duty: the distance to the next one
    obligation: Mapped[str | None] = mapped_column(String(30), default=None)  # what somebody owes by the due day
    subject: Mapped[str | None] = mapped_column(String(80), default=None)  # whose or which: a slug or a number
    contact_id: Mapped[int | None] = mapped_column(BigId, default=None)  # where it was taken down; key in its room
    perspective: Mapped[str | None] = mapped_column(String(20), default=None)  # whose view: a word of the house
    quick_win: Mapped[bool] = mapped_column(default=False)
    wants_public: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    highest_rung: Mapped[int] = mapped_column(default=0)  # fired since the clock was set
    sent_back_count: Mapped[int] = mapped_column(default=0)
    last_act_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)  # by a person of the municipality
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime, init=False)  # received, or last_act_at
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    unread_reply: Mapped[int | None] = mapped_column(default=None)  # the seq of a reply to "done" that waits to be read
    junk_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)  # until a person takes it on
    source: Mapped[str | None] = mapped_column(String(60), default=None)
    external_id: Mapped[str | None] = mapped_column(String(120), default=None)
    version: Mapped[int] = mapped_column(Integer, default=0)  # the last seq
    changed_version: Mapped[int] = mapped_column(Integer, default=0)  # the last changing seq
    head_hash: Mapped[str] = mapped_column(String(64), default="")

    responsible: Mapped[Unit] = relationship(foreign_keys=[responsible_id], init=False, lazy="select", viewonly=True)
    officer: Mapped[Person | None] = relationship(foreign_keys=[officer_id], init=False, lazy="select", viewonly=True)
    group: Mapped[Unit | None] = relationship(foreign_keys=[group_id], init=False, lazy="select", viewonly=True)
    waiting_unit: Mapped[Unit | None] = relationship(foreign_keys=[waiting_unit_id], init=False, viewonly=True)
    category: Mapped[Category | None] = relationship(init=False, lazy="select", viewonly=True)
    place: Mapped[Place | None] = relationship(init=False, lazy="select", viewonly=True)
    policy: Mapped[Policy] = relationship(init=False, lazy="select", viewonly=True)
    reporter: Mapped[Party | None] = relationship(init=False, lazy="select")
    merged_into: Mapped["Case | None"] = relationship(init=False, remote_side=[id], viewonly=True)

    def __post_init__(self) -> None:
        # set every column now: SQLAlchemy looks up an attribute without a value at ten times the cost, each time
        vars(self).update(defaults_of(Case) | vars(self))
        self.touched_at = self.received_at

    def touch(self, at: datetime) -> None:
        """Set the moment at which a person of the municipality last did something about the case to `at`.

        Lists of cases are sorted and filtered by it, to show which ones have been left alone for long.
        """
        self.last_act_at = self.touched_at = at

    @property
    def stream(self) -> int:
        """The number under which the events of the case are stored: its id."""
        return self.id

    @property
    def stream_name(self) -> str:
        """The text that stands for the case in the hashes of its events: its reference."""
        return self.ref

    @property
    def is_open(self) -> bool:
        """True until the case is closed, declined or merged."""
        return self.state not in ENDED

    @property
    def terms(self) -> Terms:
        """The terms of the case's policy (its set of deadlines): how many days it gives for each deadline."""
        return terms_from(self.policy.terms)

    @property
    def waits_for_reporter(self) -> bool:
        """True while the case waits for an answer by the reporter."""
        return self.waiting_for == WAITING_FOR_REPORTER

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the case is past its due moment; always False when it is parked, done or no longer open."""
        return self.due_at is not None and self.state in LADDER_STATES and self.due_at < now

    @property
    def state_clock(self) -> Clock:
        """The clock of the present state. Raises `ValueError` when the case has ended."""
        if self.due_at is None or self.rung_at is None:
            raise ValueError("a case that has ended has no clock")
        return Clock(self.due_at, self.cycle, self.rung, self.rung_at)

    def set_state_clock(self, clock: Clock) -> None:
        """Set the clock of the present state.

        `highest_rung`, the highest rung that has fired since this clock was set, becomes 0, and `next_at` is updated.
        """
        self.due_at, self.cycle, self.rung, self.rung_at = clock.due_at, clock.cycle, clock.rung, clock.fires_at
        self.highest_rung = 0
        self.update_next_at()

    def set_life_clock(self, clock: Clock | None) -> None:
        """Set the sign-of-life clock, or stop it with None. `next_at` is updated.

        When this clock runs out, the unit is asked for a sign of life: whether it still works on the case.
        """
        if clock is None:
            self.life_due_at = self.life_at = None
        else:
            self.life_due_at, self.life_cycle = clock.due_at, clock.cycle
            self.life_rung, self.life_at = clock.rung, clock.fires_at
        self.update_next_at()

    def update_next_at(self) -> None:
        """Set `next_at` to the earliest moment at which one of the case's clocks fires or its promise breaks.

        For a case that has ended, `next_at` becomes None.
        """
        moments = (self.rung_at, self.life_at, self.statutory_at, self.promise_breaks_at)
        self.next_at = min((m for m in moments if m is not None), default=None) if self.is_open else None

    def give_to(self, unit: Unit, officer: Person | None = None) -> None:
        """Make this unit responsible for the case, and this person the officer of the case (None: no officer)."""
        self.responsible_id, self.responsible_holds = unit.id, True
        self.officer_id = officer.id if officer else None
        self.set_relationship("responsible", unit)
        self.set_relationship("officer", officer)

    def set_relationship(self, name: str, value: object) -> None:
        """Make the view-only relationship `name` of this object return `value`, with no query and no change to write.

        The caller sets the foreign key column, which is what the database stores, to the id of `value`.
        """
        set_committed_value(self, name, value)

    def end(self, state: State, at: datetime) -> None:
        """Set the case to `state` (closed, declined or merged), stop all its clocks, and clear what it waits for.

        No event is added here, and a promise row does not change: the steps in `cases.steps.ending` see to both.
        """
        self.state, self.ended_at, self.responsible_holds, self.highest_rung = state, at, None, 0
        self.due_at = self.rung_at = self.next_at = None
        self.unread_reply = None
        self.life_due_at = self.life_at = self.statutory_due_at = self.statutory_at = self.promise_breaks_at = None
        self.stop_waiting()

    def stop_waiting(self) -> None:
        """Clear all columns that say for whom or what the case waits."""
        self.waiting_for = self.waiting_name = self.waiting_their_ref = None
        self.waiting_unit_id, self.waiting_from, self.waiting_from_due_at = None, None, None
        self.set_relationship("waiting_unit", None)

    def new_related(self) -> dict[str, Base]:
        """Return the new objects to write before the case, by the name of the case's column that will hold their id.

        This is {"reporter_id": the reporter} when the reporter is not in the database yet, otherwise {}.
        """
        reporter = vars(self).get("reporter") if self.reporter_id is None else None  # starts no lazy load
        return {"reporter_id": reporter} if reporter is not None else {}

    def tracked(self) -> dict[str, Any]:
        """Return the columns that a replay of the case's events restores: dict of value by column name."""
        values = self.__dict__  # a tenth of the cost of instrumented attributes
        return {name: values[name] if name in values else getattr(self, name) for name in TRACKED}


TRACKED = (
    "kind", "origin", "state", "channel", "responsible_id", "officer_id", "group_id", "category_id", "place_id",
    "policy_id", "due_at", "next_at", "cycle", "rung", "rung_at", "life_due_at", "life_cycle", "life_rung", "life_at",
    "raised_on", "statutory_due_at", "statutory_cycle", "statutory_rung", "statutory_at", "promised_on",
    "promise_breaks_at", "waiting_for", "waiting_unit_id", "waiting_from", "waiting_from_due_at", "merged_into_id",
    "duty_on", "duty_first_on", "every_months", "obligation", "subject", "contact_id", "perspective", "quick_win",
    "published_at", "highest_rung", "sent_back_count", "ended_at", "unread_reply", "junk_since",
)  # fmt: skip


class Relation(Base):
    """One pair of related cases; the lower id is `case_id`."""

    __tablename__ = "relation"
    __table_args__ = (CheckConstraint("case_id < other_id", name="lower_first"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)


WITH_NAMES = (
    joinedload(Case.responsible),
    joinedload(Case.officer),
    joinedload(Case.group),
    joinedload(Case.category),
    joinedload(Case.place),
    joinedload(Case.policy),
    joinedload(Case.waiting_unit),
)


TO_ACT = (  # a change needs only the names: a third of the columns, and of their cost
    joinedload(Case.responsible).load_only(Unit.slug, Unit.name, Unit.holds_cases),
    joinedload(Case.officer).load_only(
        Person.name, Person.email, Person.away_from, Person.away_until, Person.auto_reply_at
    ),
    joinedload(Case.group).load_only(Unit.slug, Unit.name),
    joinedload(Case.category).load_only(Category.slug),
    joinedload(Case.place).load_only(Place.slug),
    joinedload(Case.policy).load_only(Policy.terms),
    joinedload(Case.waiting_unit).load_only(Unit.slug, Unit.name),
)
BY_NAME = {
    column: select(Case).where(column == bindparam("name")).options(*WITH_NAMES)
    for column in (Case.ref, Case.public_id)
}
TO_READ = {
    column: named.options(joinedload(Case.reporter), joinedload(Case.merged_into)) for column, named in BY_NAME.items()
}
TO_CHANGE = {
    column: select(Case).where(column == bindparam("name")).options(*TO_ACT).with_for_update(of=Case)
    for column in (Case.ref, Case.public_id)
}


def is_reference(name: str) -> bool:
    """Return whether the text looks like a case's reference, such as 2026-0042; a public id never looks like that."""
    return name[:4].isdecimal() and name[4:5] == "-" and name[5:].isdecimal()


def case_to_read(session: Session, ref: str) -> Case:
    """Return the case with this reference or public id. Permissions are not checked. Raises `NotFound`."""
    return _found(session, TO_READ, ref)


def joined_case(case: Case) -> Case | None:
    """Return the case into which this one was merged, however many times it was merged on; None when it was not."""
    joined = case.merged_into
    while joined is not None and joined.merged_into is not None:
        joined = joined.merged_into
    return joined


def case_to_change(session: Session, ref: str) -> Case:
    """Return the case with this reference or public id, locked until the transaction ends. Raises `NotFound`."""
    return _found(session, TO_CHANGE, ref)


def _found(session: Session, statements: dict[InstrumentedAttribute[str], Select[Case]], ref: str) -> Case:
    column = Case.ref if is_reference(ref) else Case.public_id
    found: Case | None = session.scalar(statements[column], {"name": ref})
    if found is None:
        raise NotFound(ref=ref)
    return found
