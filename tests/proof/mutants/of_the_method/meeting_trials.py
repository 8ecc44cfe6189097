"""A trial of meetings: the forum owes its next one, meets about a theme, postpones, is closed and put right."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.meetings.agenda_items import SettledHow
from cases.meetings.meeting import MeetingPlan, MeetingSort, next_meeting
from cases.refusals import ItemsUnsettled
from cases.village.forum.choosing import WantedItem, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.rearranging import cancel_meeting
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import correct_item
from cases.village.forum.minutes.settling import Settling
from cases.village.forum.sending import send_agenda
from proof.checker import InvariantBreach
from proof.crashes.acting import now_of, staff
from proof.crashes.house import Process
from proof.mutants.of_the_method.village_trials import A_DAY, Found, sweeps, watched
from proof.mutants.stage import StagePlace, at_work, stage
from proof.simulation.second_calendar import local_day

TOPICS = ("Budget", "Resor")
SOON = timedelta(days=40)
WITHDRAWN_AFTER_ALL = Settling(2, SettledHow.WITHDRAWN, "Ingen kunde berätta.", corrects=True)


def has_meetings(place: StagePlace) -> list[InvariantBreach]:
    """Let the forum meet, with what is refused on the way tried; the first breach ends it."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in MEETINGS:
                if found := list(step(process)):
                    return found
        return scene.judged()


def _owes_its_next(process: Process) -> Found:
    """Cancel the only meeting that is planned, and let the daily look of the day after find it."""

    def cancel(session: Session, by: Actor) -> None:
        meeting = next_meeting(session, local_day(now_of(process)))
        if meeting is not None:
            cancel_meeting(session, meeting.id, "För få kan.", by=by, at=now_of(process))

    _done(process, cancel)
    process.world.clock.now += A_DAY
    yield from sweeps(process)


def _meets_about_a_theme(process: Process) -> Found:
    """Call a meeting of today about a theme, which gives nothing that the forum owes, and send its agenda."""

    def call(session: Session, by: Actor) -> None:
        at = now_of(process)
        plan = MeetingPlan(local_day(at), "Tema", sort=MeetingSort.THEME)
        number = call_meeting(session, Calling(plan), by=by, at=at).id
        put_agenda(session, number, [WantedItem(topic=topic) for topic in TOPICS], by=by, at=at)
        send_agenda(session, number, by=by, at=at)

    _done(process, call)
    yield from ()


def _is_closed_too_early(process: Process) -> Found:
    """Try to close the meeting with an item that is not settled: it is refused, and the item named."""
    closing = Closing(items=(Settling(1, SettledHow.POSTPONED),))
    try:
        _done(process, lambda session, by: close_meeting(session, THEME, closing, by=by, at=now_of(process)))
    except ItemsUnsettled as refusal:
        if [item.title for item in refusal.items] == list(TOPICS[1:]):
            return
    except Exception as error:  # the database refuses, and names nothing
        yield InvariantBreach("V14", f"a meeting was closed with an open item: {type(error).__name__}")
        return
    yield InvariantBreach("V14", "a meeting was closed with an open item, and that was not named")


def _postpones(process: Process) -> Found:
    """Close the meeting with one item postponed, put the other right, adjust the minutes, and call the next one."""
    items = (Settling(1, SettledHow.POSTPONED), Settling(2, SettledHow.NOTED))

    def close(session: Session, by: Actor) -> None:
        close_meeting(session, THEME, Closing(items=items), by=by, at=now_of(process))
        correct_item(session, THEME, WITHDRAWN_AFTER_ALL, by=by, at=now_of(process))
        adjust_minutes(session, THEME, None, (), by=by, at=now_of(process))

    def call(session: Session, by: Actor) -> None:
        plan = MeetingPlan(local_day(now_of(process) + SOON), "Forum")
        call_meeting(session, Calling(plan), by=by, at=now_of(process))

    _done(process, close)
    process.world.clock.now += A_DAY
    yield from sweeps(process)
    _done(process, call)


THEME = 2  # the number of the meeting about a theme: the first is that of the setup file
MEETINGS: tuple[Callable[[Process], Found], ...] = (
    _owes_its_next, _meets_about_a_theme, _is_closed_too_early, _postpones, watched,
)  # fmt: skip


def _done(process: Process, act: Callable[[Session, Actor], object]) -> None:
    with process.database.transaction() as session:
        act(session, staff(session, "kontakt", now_of(process)))
