"""The forum's meetings as they come: moved or cancelled at times, held on their day, and closed when all is settled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from proof.simulation.checks.counting import AgendaCount
from proof.simulation.people import at_table
from proof.simulation.people.at_table import ItemAtTable
from proof.simulation.people.meeting_acts import A_WEEK, send
from proof.simulation.people.outcomes import CalledMeeting, VillageAct
from proof.simulation.people.people import People
from proof.simulation.people.town import DESK
from proof.simulation.second_calendar import local_day

MEETS_AT, REARRANGED_AT = time(18), time(11, 20)
MOVED, CANCELLED = 0.12, 0.08  # shares of meetings
DAYS_BEFORE = (3, 40)
WITHOUT_QUORUM, WITH_LATE_ITEMS = 0.1, 0.5
OTHERS = "others_there"
WHY = {"overdue": "overdue", "waits": "waits", "carried": "carried_over", "chosen": OTHERS, "parked": OTHERS}
EACH_TAKES, A_DAY = timedelta(minutes=1), timedelta(days=1)
SETTLED_WRONGLY = 20  # one item of so many is put right at once
MEETING = text("""
    SELECT m.held_on, m.agenda_sent_on, m.closed_on, m.cancelled_on, c.ref FROM meeting m
    JOIN "case" c ON c.id = m.case_id WHERE m.id = :number""")
ITEMS = text("""
    SELECT i.number, i.why, c.ref, coalesce(c.state = 'waiting' AND c.waiting_unit_id = i.body_id, false) AS waits
    FROM agenda_item i LEFT JOIN "case" c ON c.id = i.case_id
    WHERE i.meeting_id = :number AND i.settled_at IS NULL ORDER BY i.number""")


@dataclass(frozen=True)
class MeetingDays:
    """Plans what happens with each meeting that is called; who leads it, does so by the acts of the domain."""

    people: People

    def plan(self, called: CalledMeeting) -> None:
        """Plan the day of the meeting, and perhaps that it is moved or cancelled before."""
        chance = self.people.chance
        self._on(called.held_on, MEETS_AT, partial(self.hold, called.number))
        day, fate = called.held_on - timedelta(days=chance.randint(*DAYS_BEFORE)), chance.random()
        if day > local_day(self.people.clock.now):
            if fate < MOVED:
                self._on(day, REARRANGED_AT, partial(self.move, called))
            elif fate < MOVED + CANCELLED:
                self._on(day, REARRANGED_AT, partial(self.cancel, called.number))

    def move(self, called: CalledMeeting) -> None:
        """Move the meeting by a week, if somebody is at the desk."""
        later = CalledMeeting(called.number, called.held_on + A_WEEK)
        if self._led(called.number, at_table.moved(later)):
            self._on(later.held_on, MEETS_AT, partial(self.hold, called.number))

    def cancel(self, number: int) -> None:
        """Cancel the meeting, if somebody is at the desk."""
        self._led(number, at_table.cancelled(number))

    def hold(self, number: int) -> None:
        """Let the meeting go through its agenda and be closed; without anybody to lead it, on the day after."""
        meeting, today = self._meeting(number), local_day(self.people.clock.now)
        if meeting.closed_on is not None or meeting.cancelled_on is not None:
            return
        if date.fromisoformat(meeting.held_on) > today:
            return  # it was moved
        if not (self._is_sent(number) and self._goes_through(number)):
            self._on(today + A_DAY, MEETS_AT, partial(self.hold, number))

    def _is_sent(self, number: int) -> bool:
        """Send the agenda, at the meeting itself, unless it was sent; return whether it is sent now."""
        return self._meeting(number).agenda_sent_on is not None or self._led(number, send)

    def _goes_through(self, number: int) -> bool:
        """Settle each item by itself, and close the meeting; return whether it is closed."""
        chance = self.people.chance
        if chance.random() < WITH_LATE_ITEMS:
            self._led(number, at_table.with_late_items(number))
        items = self._items(number)
        self._count(items)
        is_quorate = chance.random() >= WITHOUT_QUORUM
        for item in items if is_quorate else ():
            self._settle(number, item)
        return self._led(number, at_table.closed(number, self._items(number), is_quorate=is_quorate))

    def _settle(self, number: int, item: ItemAtTable) -> None:
        self._remind(item)
        if (settled := at_table.settled(number, item, self.people.chance)) is not None:
            is_settled = self._led(number, settled, item.ref)
            self.people.clock.now += EACH_TAKES
            if is_settled and (number + item.number) % SETTLED_WRONGLY == 0:
                self._led(number, at_table.corrected(number, item), item.ref)

    def _remind(self, item: ItemAtTable) -> None:
        """Let the forum ask about a case that is late there; what waits for the forum itself is answered."""
        if item.ref is not None and not item.waits:
            known = self.people.known_case(item.ref, DESK)
            self.people.remind(known, self.people.town.temper_of(known.unit).heeds_others)

    def _led(self, number: int, act: VillageAct, ref: str | None = None) -> bool:
        """Let somebody who may lead the meeting do this act, in the case `ref` or that of the meeting itself."""
        leaders = self.people.town.at_table
        return bool(leaders) and self.people.act_on(ref or self._meeting(number).ref, leaders[0], act)

    def _count(self, items: list[ItemAtTable]) -> None:
        reasons = [WHY[item.why] if item.ref else OTHERS for item in items]
        day = local_day(self.people.clock.now)
        counts = {name: reasons.count(name) for name in sorted(set(reasons))}
        self.people.counts.agendas.append(AgendaCount(day, counts))

    def _meeting(self, number: int) -> Any:
        with self.people.database.reading() as session:
            return session.execute(MEETING, {"number": number}).one()

    def _items(self, number: int) -> list[ItemAtTable]:
        with self.people.database.reading() as session:
            return [ItemAtTable(*row) for row in session.execute(ITEMS, {"number": number})]

    def _on(self, day: date, hour: time, callback: Callable[[], None]) -> None:
        self.people.plan(self.people.at(day, hour), callback)
