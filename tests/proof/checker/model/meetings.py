"""Who is invited to a meeting: whoever sits in its body on its day, and whoever was asked besides.

No event says when somebody was asked besides, and who came unasked is written down with them. So they may have been
told of a meeting, and must have been told only of its minutes, after whose adjustment nobody is added.
"""

from dataclasses import dataclass, field
from datetime import date

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.stories import ObservedEvent
from proof.checker.model.town import Seat, StaffingOfDay, day_in, plain_address

MEETINGS = "SELECT id, body_id, held_on FROM meeting"
INVITED = """
    SELECT i.meeting_id, i.person_id, p.email FROM invited i LEFT JOIN party p ON p.id = i.party_id ORDER BY i.id"""
ADJUSTED = "minutes.adjusted"


@dataclass
class ObservedMeeting:
    """A meeting of the body with this id: its day, and who was asked: the ids of people, and addresses of others."""

    body: int
    held_on: date
    people: set[int] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    def invited(self, event: ObservedEvent, staffing: StaffingOfDay) -> set[str]:
        """Return the addresses of those who are certainly invited, when the event was told."""
        seats = staffing.town.seats[self.body]
        people = {seat.person for seat in seats if self._certainly_sits(seat, event, staffing)}
        if event.type != ADJUSTED:
            return _addresses(people, staffing)
        return _addresses(people | self.people, staffing) | self.outside

    def perhaps_invited(self, event: ObservedEvent, staffing: StaffingOfDay) -> set[str]:
        """Return the addresses of all who may have been invited then."""
        day = min(staffing.day, self._day_of(event))
        seats = {seat.person for seat in staffing.town.seats[self.body] if seat.until is None or seat.until > day}
        return _addresses(seats | self.people, staffing) | self.outside

    def _certainly_sits(self, seat: Seat, event: ObservedEvent, staffing: StaffingOfDay) -> bool:
        sits = seat.is_held_on(self.held_on) and seat.is_held_on(self._day_of(event))
        return sits and seat.since <= staffing.day and not staffing.was_changed_later(seat.person)

    @staticmethod
    def _day_of(event: ObservedEvent) -> date:
        """Return the day of the meeting as the event says it: it may have been moved since."""
        return date.fromisoformat(event.facts["on"])


def read_meetings(snapshot: Snapshot) -> dict[int, ObservedMeeting]:
    """Read all meetings by their id, with those who were asked."""
    meetings = {row["id"]: ObservedMeeting(row["body_id"], day_in(row["held_on"])) for row in snapshot.rows(MEETINGS)}
    for row in snapshot.rows(INVITED):
        _add(meetings[row["meeting_id"]], row)
    return meetings


def _add(meeting: ObservedMeeting, row: Row) -> None:
    if row["person_id"] is not None:
        meeting.people.add(row["person_id"])
    elif address := plain_address(row["email"]):
        meeting.outside.add(address)


def _addresses(people: set[int], staffing: StaffingOfDay) -> set[str]:
    return set(staffing.own_addresses(sorted(person for person in people if staffing.is_active(person))))
