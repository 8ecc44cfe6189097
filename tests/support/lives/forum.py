"""What the forum does, as rules of the life machine: meetings called, sent, settled, closed, adjusted and cancelled."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import hypothesis.strategies as some
from hypothesis.stateful import invariant, rule
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.lives.house import Do
from support.lives.oracle import RightsKey
from support.lives.village import VillagesAct

from cases.case import Case, case_to_change
from cases.handing_in import Request, hand_in
from cases.history.journal import Event
from cases.meetings.agenda_items import AgendaItem, AgendaReason, SettledHow
from cases.meetings.meeting import Meeting, MeetingPlan, MeetingSort
from cases.meetings.resolution import Verdict
from cases.progress import Change, WaitingFor, change_state
from cases.refusals import Refusal
from cases.states import Kind, State
from cases.village.forum.choosing import WantedItem, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.rearranging import cancel_meeting
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, recommend
from cases.village.forum.minutes.settling import Settling, settle_item
from cases.village.forum.proposing import proposed_for
from cases.village.forum.sending import send_agenda
from notifications.deliveries import Address, Delivery, DeliveryLine
from proof.crashes.grounds import CrashGround

AT_TABLE = {"kontakt"}
WHO = ("kontakt", "kontakt", "handlaggare", "ombud")  # who may, more often
HOWS = ("noted", "postponed", "withdrawn", "recommended")
HOW_SETTLED = {"recommended": "resolved"}
OWES = {"called": "agenda", "sent": "minutes", "closed": "minutes"}


@dataclass
class MeetingLife:
    """What is expected of one meeting: its day, how far it has come, and how each of its items was settled.

    `items` are those that the machine follows, topics and cases that waited: by what they are, how (None: not yet).
    """

    held_on: date
    is_ordinary: bool
    stage: str = "called"
    sent_on: date | None = None
    items: dict[str, str | None] = field(default_factory=dict)


class ForumMeets(VillagesAct):
    """The machine's rules for meetings, with what is expected of each, and of each case that waits for the forum."""

    def __init__(self, ground: CrashGround, tally: Counter[str], tried: set[RightsKey]) -> None:
        super().__init__(ground, tally, tried)
        self.meetings: dict[int, MeetingLife] = {}
        self.proposed: set[str] = set()  # of what the machine follows: it waits for the next agenda
        self.asked: dict[str, str] = {}  # cases that were to wait for the forum: their state
        self.topics = 0
        with self.process.database.reading() as session:
            for meeting in session.scalars(select(Meeting)):
                self.meetings[meeting.id] = MeetingLife(meeting.held_on, is_ordinary=True)

    # --- what they do ------------------------------------------------------------------------------

    @rule(who=some.sampled_from(WHO), days=some.integers(0, 12), is_ordinary=some.booleans())
    def call_a_meeting(self, who: str, days: int, is_ordinary: bool) -> None:
        name, held_on = f"Möte {len(self.meetings)}", self.day(days)

        def call(session: Session) -> None:
            sort = MeetingSort.ORDINARY if is_ordinary else MeetingSort.THEME
            calling = Calling(MeetingPlan(held_on, name, sort=sort), (Invitee("ombud@prov.example"),))
            call_meeting(session, calling, by=self.actor(session, None, who), at=self.world.clock.now)

        was_owed = self._owes_next()
        self._tried_at_table(call, allowed=who in AT_TABLE)
        with self.process.database.reading() as session:
            number = session.scalar(select(Meeting.id).where(Meeting.name == name))
        if number is not None:
            self.meetings[number] = MeetingLife(held_on, is_ordinary)
            self.tally["meetings called"] += 1
            assert self._owes_next() == (was_owed and not is_ordinary)

    @rule()
    def a_case_comes_to_wait_for_the_forum(self) -> None:
        title, at = f"Forumets fråga {len(self.asked)}", self.world.clock.now

        def ask(session: Session) -> None:
            desk = self.actor(session, None, "kontakt")
            case = hand_in(session, Request(Kind.ISSUE, title), by=desk, at=at)
            for change in (
                Change(State.ASSIGNED, responsible="gata"),
                Change(State.WAITING, waiting_for=WaitingFor("unit", unit="forum")),
            ):
                change_state(session, case, change, by=desk, at=at)

        self.written_alone(ask)
        if (ref := self._ref(title)) is not None:
            self.asked[ref] = "waiting"
            self.proposed.add(ref)

    @rule(data=some.data(), who=some.sampled_from(WHO))
    def send_an_agenda(self, data: some.DataObject, who: str) -> None:
        """Choose an agenda of all that is proposed and one more topic, and send it."""
        number, topic = self._any_meeting(data, "called"), f"Ämne {self.topics}"
        self.topics += 1

        def send(session: Session) -> None:
            by, at = self.actor(session, None, who), self.world.clock.now
            wanted = [*self._wanted(session, number), WantedItem(topic=topic)]
            put_agenda(session, number, wanted, by=by, at=at)
            send_agenda(session, number, by=by, at=at)

        meeting = self.meetings[number]
        expected = {topic, *(self.proposed if self._next() == number else ())}
        if self._tried_at_table(send, allowed=who in AT_TABLE and meeting.stage == "called") or (
            meeting.stage == "called" and self._row(number).agenda_sent_on is not None
        ):
            meeting.stage, meeting.sent_on = "sent", self.day(0)
            meeting.items = dict.fromkeys(expected)
            self.proposed -= expected
            self.tally["agendas sent"] += 1

    @rule(data=some.data(), who=some.sampled_from(WHO), how=some.sampled_from(HOWS))
    def settle_an_item(self, data: some.DataObject, who: str, how: str) -> None:
        number = self._any_meeting(data, "sent")
        meeting = self.meetings[number]
        if not meeting.items:
            return
        what = data.draw(some.sampled_from(sorted(meeting.items)))
        place = self._place(number, what)
        act = self._recommends(number, place, what) if how == "recommended" else self._settles(number, place, how)
        is_its_time = how == "withdrawn" or self.day(0) >= meeting.held_on
        allowed = who in AT_TABLE and meeting.stage == "sent" and meeting.items[what] is None and is_its_time
        done = self._tried_at_table(lambda session: act(session, who), allowed=allowed)
        if done or (meeting.items[what] is None and self._how(number)[what] is not None):
            self._settled(meeting, what, HOW_SETTLED.get(how, how))
            self.tally["items settled"] += 1

    @rule(data=some.data(), who=some.sampled_from(WHO), quorate=some.booleans())
    def close_a_meeting(self, data: some.DataObject, who: str, quorate: bool) -> None:
        number, today = self._any_meeting(data, "sent"), self.day(0)
        meeting = self.meetings[number]

        def close(session: Session) -> None:
            by = self.actor(session, None, who)
            close_meeting(session, number, Closing(quorate=quorate), by=by, at=self.world.clock.now)

        in_time = meeting.stage == "sent" and today >= max(meeting.held_on, meeting.sent_on or today)
        is_settled = not quorate or None not in self._how(number, also_others=True).values()
        done = self._tried_at_table(close, allowed=who in AT_TABLE and in_time and is_settled)
        if done or (meeting.stage == "sent" and self._row(number).closed_on is not None):
            for what in [what for what, how in meeting.items.items() if how is None]:
                self._settled(meeting, what, "postponed")
            meeting.stage = "closed"
            self.tally["meetings closed"] += 1

    @rule(data=some.data(), who=some.sampled_from(WHO))
    def adjust_the_minutes(self, data: some.DataObject, who: str) -> None:
        number = self._any_meeting(data, "closed")
        meeting = self.meetings[number]

        def adjust(session: Session) -> None:
            adjust_minutes(session, number, None, (), by=self.actor(session, None, who), at=self.world.clock.now)

        done = self._tried_at_table(adjust, allowed=who in AT_TABLE and meeting.stage == "closed")
        if done or (meeting.stage == "closed" and self._row(number).adjusted_on is not None):
            meeting.stage = "adjusted"
            self.tally["minutes adjusted"] += 1

    @rule(data=some.data(), who=some.sampled_from(WHO))
    def cancel_a_meeting(self, data: some.DataObject, who: str) -> None:
        number = data.draw(some.sampled_from(sorted(self.meetings)))
        meeting = self.meetings[number]

        def cancel(session: Session) -> None:
            cancel_meeting(session, number, "För få.", by=self.actor(session, None, who), at=self.world.clock.now)

        is_coming = meeting.stage in {"called", "sent"}
        done = self._tried_at_table(cancel, allowed=who in AT_TABLE and is_coming)
        if done or (is_coming and self._row(number).cancelled_on is not None):
            self.proposed |= {what for what, how in meeting.items.items() if how is None}
            meeting.items = {what: how for what, how in meeting.items.items() if how is not None}
            meeting.stage = "cancelled"

    # --- what always holds -------------------------------------------------------------------------

    @invariant()
    def each_meeting_owes_its_agenda_or_its_minutes(self) -> None:
        owed = select(Case.subject, Case.obligation).where(
            Case.obligation.in_(("agenda", "minutes")), Case.due_at.is_not(None), Case.state != State.DONE
        )
        with self.process.database.reading() as session:
            found = sorted(tuple(row) for row in session.execute(owed))
        expected = {str(number): OWES[one.stage] for number, one in self.meetings.items() if one.stage in OWES}
        assert found == sorted(expected.items())

    @invariant()
    def each_item_is_settled_as_was_said_and_carried_over_once(self) -> None:
        for number, meeting in self.meetings.items():
            if meeting.items:
                assert self._how(number) == meeting.items, number
        with self.process.database.reading() as session:
            there = [what for what, _ in self._followed(session, AgendaItem.meeting_id.is_(None)) if what]
            states = dict(session.execute(select(Case.ref, Case.state).where(Case.ref.in_(self.asked))).all())
        assert sorted(there) == sorted(self.proposed)
        assert {ref: state.value for ref, state in states.items()} == self.asked

    def look_back(self) -> None:
        """Assert that whoever was invited was told of the minutes."""
        super().look_back()
        for event in self._adjustments():
            assert "ombud" in self._told_in(event, "minutes") or not self._was_invited(event)

    # --- what is there -----------------------------------------------------------------------------

    def _tried_at_table(self, do: Do, *, allowed: bool) -> bool:
        try:
            lived = self.written_alone(do)
        except Refusal as refusal:
            assert not allowed, (self.meetings, refusal)
            self.tally["acts refused"] += 1
            return False
        assert allowed or not lived, (self.meetings, "was let through")
        return lived

    def _any_meeting(self, data: some.DataObject, stage: str) -> int:
        """Draw a meeting, mostly one of this stage."""
        fitting = [number for number, one in sorted(self.meetings.items()) if one.stage == stage]
        every = sorted(self.meetings)
        return data.draw(some.sampled_from([*fitting * len(every), *every]))

    def _next(self) -> int | None:
        """Return the forum's next ordinary meeting."""
        coming = [
            (one.held_on, number) for number, one in self.meetings.items()
            if one.is_ordinary and one.stage in {"called", "sent"} and one.held_on >= self.day(0)
        ]  # fmt: skip
        return min(coming)[1] if coming else None

    def _wanted(self, session: Session, number: int) -> list[WantedItem]:
        """Return what is proposed, but what is only parked until about then: that would begin to stand somewhere."""
        calendar = self.process.database.calendar
        found = proposed_for(session, session.get_one(Meeting, number), day=self.day(0), calendar=calendar)
        refs = dict(session.execute(select(Case.id, Case.ref)).all())
        return [
            WantedItem(case=refs.get(one.case_id or 0), topic=one.topic)
            for one in found if one.why is not AgendaReason.PARKED
        ]  # fmt: skip

    def _settled(self, meeting: MeetingLife, what: str, how: str) -> None:
        meeting.items[what] = how
        if how == "postponed":
            self.proposed.add(what)
        elif what in self.asked:
            self.asked[what] = "assigned"

    def _settles(self, number: int, place: int, how: str) -> Callable[[Session, str], object]:
        def settle(session: Session, who: str) -> object:
            given = Settling(place, SettledHow(how), "Därför.")
            return settle_item(session, number, given, by=self.actor(session, None, who), at=self.world.clock.now)

        return settle

    def _recommends(self, number: int, place: int, what: str) -> Callable[[Session, str], object]:
        def say(session: Session, who: str) -> object:
            home = session.get_one(Case, session.get_one(Meeting, number).case_id).ref
            ref = case_to_change(session, what if what in self.asked else home).ref
            given = Recommendation(number, place, Verdict.YES, "Ja.")
            return recommend(session, ref, given, by=self.actor(session, None, who), at=self.world.clock.now)

        return say

    def _followed(self, session: Session, where: object) -> list[tuple[str | None, SettledHow | None]]:
        """Return the items that the machine follows, as what they are and how they were settled."""
        rows = select(AgendaItem.topic, Case.ref, AgendaItem.settled_how).outerjoin(Case, Case.id == AgendaItem.case_id)
        found = session.execute(rows.where(where)).all()
        return [(topic or ref, how) for topic, ref, how in found if topic or ref in self.asked]

    def _how(self, number: int, *, also_others: bool = False) -> dict[str, str | None]:
        with self.process.database.reading() as session:
            found = dict(self._followed(session, AgendaItem.meeting_id == number))
            if also_others:
                rows = select(AgendaItem.id, AgendaItem.settled_how).where(AgendaItem.meeting_id == number)
                found |= {str(id_): how for id_, how in session.execute(rows)}
        return {str(what): how.value if how else None for what, how in found.items()}

    def _place(self, number: int, what: str) -> int:
        rows = select(AgendaItem.number).outerjoin(Case, Case.id == AgendaItem.case_id)
        own = (AgendaItem.topic == what) | (Case.ref == what)
        with self.process.database.reading() as session:
            return session.scalars(rows.where(AgendaItem.meeting_id == number, own)).one() or 0

    def _row(self, number: int) -> Meeting:
        with self.process.database.reading() as session:
            return session.get_one(Meeting, number)

    def _owes_next(self) -> bool:
        owed = select(Case.id).where(Case.obligation == "meeting", Case.due_at.is_not(None), Case.state != State.DONE)
        with self.process.database.reading() as session:
            return session.scalar(owed) is not None

    def _adjustments(self) -> list[int]:
        with self.process.database.reading() as session:
            return list(session.scalars(select(Event.id).where(Event.type == "minutes.adjusted")))

    def _was_invited(self, event: int) -> bool:
        with self.process.database.reading() as session:
            meeting = session.get_one(Meeting, session.get_one(Event, event).facts["meeting"])
        return meeting.name.startswith("Möte ")

    def _told_in(self, event: int, letter: str) -> set[str]:
        lines = (
            select(Address.email_normalised)
            .join(Delivery, Delivery.address_id == Address.id)
            .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
            .where(DeliveryLine.event_id == event, DeliveryLine.letter == letter)
        )
        with self.process.database.reading() as session:
            return {email.partition("@")[0] for email in session.scalars(lines)}
