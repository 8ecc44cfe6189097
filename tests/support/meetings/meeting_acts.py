"""Short ways to call a meeting, to send its agenda, to settle and to close it, in a small house."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.case import Case
from cases.meetings.agenda_items import AgendaItem, SettledHow
from cases.meetings.meeting import Meeting, MeetingPlan, MeetingSort
from cases.meetings.resolution import Resolution, Verdict
from cases.progress import WaitingFor
from cases.states import State
from cases.village.forum.choosing import WantedItem, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, recommend
from cases.village.forum.minutes.settling import Settling, settle_item
from cases.village.forum.sending import send_agenda

SPRING, AUTUMN = date(2026, 4, 16), date(2026, 10, 15)
AT_TABLE = datetime.combine(SPRING, MONDAY.time(), MONDAY.tzinfo)
FORUM = WaitingFor("unit", unit="forum")


@dataclass
class MeetingActs:
    """The meetings of a small house. A meeting is named by its number, a case by its reference."""

    house: SmallHouse

    def call(
        self, on: date = SPRING, name: str = "Forum", *, sort: MeetingSort = MeetingSort.ORDINARY, body: str = "forum",
        invited: tuple[Invitee, ...] = (), by: str = "contact", at: datetime = MONDAY, **more: object,
    ) -> int:  # fmt: skip
        plan = MeetingPlan(on, name, body=body, sort=sort, **more)
        with self.house.database.transaction() as session:
            return call_meeting(session, Calling(plan, invited), by=self.house.actors[by], at=at).id

    def put(
        self,
        number: int,
        *items: str | WantedItem,
        by: str = "contact",
        at: datetime = MONDAY,
        version: int | None = None,
    ) -> None:
        """Choose the agenda: a reference stands for its case, "# words" for a topic."""
        wanted = [item if isinstance(item, WantedItem) else _wanted(item) for item in items]
        with self.house.database.transaction() as session:
            put_agenda(session, number, wanted, version=version, by=self.house.actors[by], at=at)

    def send(self, number: int, *, version: int | None = None, by: str = "contact", at: datetime = MONDAY) -> None:
        with self.house.database.transaction() as session:
            send_agenda(session, number, version=version, by=self.house.actors[by], at=at)

    def settle(
        self, number: int, item: int, how: SettledHow, words: str = "", *, by: str = "contact", at: datetime = AT_TABLE
    ) -> list[int]:
        with self.house.database.transaction() as session:
            return settle_item(session, number, Settling(item, how, words), by=self.house.actors[by], at=at)

    def recommend(
        self, ref: str, number: int, item: int, verdict: Verdict = Verdict.YES, words: str = "Vi tycker ja.",
        *, by: str = "contact", at: datetime = AT_TABLE, **more: object,
    ) -> Resolution:  # fmt: skip
        given = Recommendation(number, item, verdict, words, **more)
        with self.house.database.transaction() as session:
            return recommend(session, ref, given, by=self.house.actors[by], at=at)

    def close(
        self, number: int, *items: Settling, by: str = "contact", at: datetime = AT_TABLE, **more: object
    ) -> None:
        with self.house.database.transaction() as session:
            close_meeting(session, number, Closing(items=items, **more), by=self.house.actors[by], at=at)

    def adjust(
        self, number: int, *adjusters: str, on: date | None = None, by: str = "contact",
        at: datetime = AT_TABLE + timedelta(days=7),
    ) -> None:  # fmt: skip
        with self.house.database.transaction() as session:
            adjust_minutes(session, number, on, adjusters, by=self.house.actors[by], at=at)

    def meeting(self, number: int) -> Meeting:
        with self.house.database.reading() as session:
            return session.get_one(Meeting, number)

    def home(self, number: int) -> Case:
        """Return the case by which the meeting is owed."""
        with self.house.database.reading() as session:
            return session.scalars(
                select(Case).join(Meeting, Meeting.case_id == Case.id).where(Meeting.id == number)
            ).one()

    def items(self, number: int | None) -> list[AgendaItem]:
        """Return the items of a meeting in their order; those that are proposed, of no meeting, for None."""
        order = (AgendaItem.number, AgendaItem.id)
        with self.house.database.reading() as session:
            return list(session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == number).order_by(*order)))

    def waiting(self, title: str = "Cykelväg") -> str:
        """Return the reference of a case that waits for the forum."""
        ref = self.house.reach(State.ASSIGNED, title=title)
        self.house.change(ref, State.WAITING, by="officer", waiting_for=FORUM)
        return ref

    def due_on(self, number: int) -> date:
        """Return the local day by which the meeting's agenda or minutes are owed."""
        return CALENDAR.day_of(self.home(number).state_clock.due_at)


def _wanted(item: str) -> WantedItem:
    return WantedItem(topic=item.removeprefix("# ")) if item.startswith("# ") else WantedItem(case=item)
