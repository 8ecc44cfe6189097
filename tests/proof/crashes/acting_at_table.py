"""What the desk does with a meeting of the forum, as steps of a journey. Each may be repeated: it looks first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.meetings.agenda_items import SettledHow
from cases.meetings.meeting import Meeting, MeetingPlan
from cases.progress import WaitingFor
from cases.states import State
from cases.village.forum.choosing import WantedItem, all_proposed, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.settling import Settling
from cases.village.forum.sending import send_agenda
from proof.crashes.acting import changed, handed_in, now_of, staff
from proof.crashes.house import Process
from proof.simulation.second_calendar import local_day

NAME, WAITS = "Forum i mars", "Cykelväg till skolan"
TOPICS = ("Budget", "Resor")
GUEST = "gast@hemma.example"
ITEMS = (
    Settling(1, SettledHow.POSTPONED), Settling(2, SettledHow.NOTED, "Tack."), Settling(3, SettledHow.POSTPONED),
)  # fmt: skip


def waits(process: Process) -> None:
    """Let a case wait for the forum."""
    handed_in(process, WAITS)
    changed(process, WAITS, State.ASSIGNED, note="Till gatan.", responsible="gata")
    asked = WaitingFor("unit", unit="forum")
    changed(process, WAITS, State.WAITING, note="Forumet först.", waiting_for=asked)


def called(process: Process) -> None:
    """Call a meeting of today with a guest, unless it is called."""
    with process.database.transaction() as session:
        if _meeting(session) is None:
            plan = MeetingPlan(local_day(now_of(process)), NAME)
            calling = Calling(plan, (Invitee(GUEST), Invitee("ombud@prov.example")))
            call_meeting(session, calling, by=staff(session, "kontakt", now_of(process)), at=now_of(process))


def sent(process: Process) -> None:
    """Choose and send the agenda, with what waits first, unless it is sent."""
    with process.database.transaction() as session:
        meeting, by, at = _meeting(session), staff(session, "kontakt", now_of(process)), now_of(process)
        if meeting is not None and meeting.agenda_sent_on is None:
            wanted = [*all_proposed(session, meeting, at), *(WantedItem(topic=topic) for topic in TOPICS)]
            put_agenda(session, meeting.id, wanted, by=by, at=at)
            send_agenda(session, meeting.id, by=by, at=at)


def closed(process: Process) -> None:
    """Close the meeting, with the case that waits and a topic postponed, unless it is closed."""
    with process.database.transaction() as session:
        meeting, by, at = _meeting(session), staff(session, "kontakt", now_of(process)), now_of(process)
        if meeting is not None and meeting.closed_on is None:
            close_meeting(session, meeting.id, Closing(("ombud@prov.example",), ITEMS), by=by, at=at)


def adjusted(process: Process) -> None:
    """Adjust the minutes, unless they are adjusted."""
    with process.database.transaction() as session:
        meeting, by, at = _meeting(session), staff(session, "vikarie", now_of(process)), now_of(process)
        if meeting is not None and meeting.adjusted_on is None:
            adjust_minutes(session, meeting.id, None, ("ombud@prov.example",), by=by, at=at)


def _meeting(session: Session) -> Meeting | None:
    return session.scalar(select(Meeting).where(Meeting.name == NAME))
