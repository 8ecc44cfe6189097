"""What the desk and the secretary do with what the forum and its meetings owe; each act tells what it must have led to.

What it must have led to is worked out from the cases as they were before the act, not from what the domain answers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cases.case import Case
from cases.demo.scene import Scene
from cases.demo.villages.meetings import meeting_days
from cases.meetings.agenda_items import ItemSort
from cases.meetings.meeting import MeetingPlan, MeetingSort
from cases.states import State
from cases.village.forum.choosing import WantedItem, all_proposed, put_agenda
from cases.village.forum.convening.calling import Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.finding import meeting_numbered
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.sending import send_agenda
from proof.simulation.environment.post import SECRET
from proof.simulation.people.outcomes import (
    BegunCase,
    BegunSort,
    CalledMeeting,
    VillageAct,
    VillageOutcome,
    happens,
)
from proof.simulation.people.town import CITIZENS_DOMAIN, DESK, SimulatedTown
from proof.simulation.second_calendar import end_of, local_day

PLACE = "Bygdegården i Ekvinda"
NOT_SOONER, THEME_IN = timedelta(days=10), (20, 90)  # days
SIX_HOURS = timedelta(hours=5, minutes=59, seconds=59)  # before the end of a day
A_WEEK = timedelta(days=7)
MOST_ON_AGENDA = 60
WITH_THEME, WITH_GUEST, DRAFTED, UNCHOSEN = 0.3, 0.3, 0.4, 0.25  # shares of meetings
OPENING, CLOSING = "Mötet öppnas", "Nästa möte"
DAYS = text("SELECT held_on FROM meeting m JOIN unit u ON u.id = m.body_id WHERE u.slug = 'forum'")
STAGE = text("SELECT sort, closed_on FROM meeting WHERE id = :number")


def call(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
    """Call the forum's next ordinary meeting, and perhaps one about a theme before it."""
    chance, today = scene.tale.chance, local_day(scene.at)
    outcome = VillageOutcome(Counter({"case.done": 1, "meeting.called": 1}), has_finished=True)
    if happens(chance, WITH_THEME):
        day = today + timedelta(days=chance.randint(*THEME_IN))
        plan = MeetingPlan(day, f"Tema {day}", PLACE, sort=MeetingSort.THEME, theme="Unga i bygden")
        _call(scene, plan, outcome)
    day = next_in_rhythm(scene.session, today)
    starts_at = end_of(day) - SIX_HOURS if happens(chance, 0.7) else None
    _call(scene, MeetingPlan(day, f"Lokalt utvecklingsforum {day}", PLACE, starts_at=starts_at), outcome)
    return outcome


def next_in_rhythm(session: Session, today: date) -> date:
    """Return the day of the forum's next ordinary meeting: a Thursday in April or October that has no meeting yet."""
    taken = {date.fromisoformat(day) for day in session.scalars(DAYS)}
    day = next(day for day in meeting_days(range(today.year, today.year + 2)) if day >= today + NOT_SOONER)
    while day in taken:  # by one that was cancelled
        day += A_WEEK
    return day


def _call(scene: Scene, plan: MeetingPlan, outcome: VillageOutcome) -> None:
    chance = scene.tale.chance
    guest = Invitee(f"gast{chance.randint(1, 9)}@{CITIZENS_DOMAIN}", "En gäst")
    invited = (guest,) if happens(chance, WITH_GUEST) else ()
    meeting = call_meeting(scene.session, Calling(plan, invited), by=scene.by, at=scene.at)
    home = scene.session.get_one(Case, meeting.case_id)
    outcome.events.update(("meeting.called", "case.planned"))
    outcome.begun.append(BegunCase(home.ref, DESK, DESK, State.PLANNED, "", BegunSort.MEETING))
    outcome.called.append(CalledMeeting(meeting.id, plan.held_on))


def prepare_agenda(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Take the next step towards the agenda: perhaps draft it, then send it."""
    drafts = [draft_agenda] * happens(scene.tale.chance, DRAFTED)
    steps: list[VillageAct] = scene.tale.facts.setdefault("agenda", [*drafts, send])
    outcome = steps[0](scene, town)
    steps.pop(0)  # it was taken: what is refused is tried again
    return outcome


def draft_agenda(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
    """Choose an agenda with a topic that nobody outside is to know, and that is not on it when it is sent."""
    wanted = [WantedItem(topic=f"En tanke: {SECRET}"), *_proposed(scene)]
    put_agenda(scene.session, int(str(scene.case.subject)), wanted, by=scene.by, at=scene.at)
    scene.tale.facts["has_drafted"] = True
    return VillageOutcome()


def send(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Send the agenda: mostly as the desk has chosen it, at times all that is proposed, or nothing at all."""
    number, chance = int(str(scene.case.subject)), scene.tale.chance
    proposed = _proposed(scene)
    is_chosen = not happens(chance, UNCHOSEN) or len(proposed) == MOST_ON_AGENDA
    if is_chosen or scene.tale.facts.get("has_drafted"):
        put_agenda(scene.session, number, _with_topics(scene, proposed), by=scene.by, at=scene.at)
    events = Counter({"meeting.agenda_sent": 1, "case.planned": 1})
    events["case.assigned"] += scene.case.responsible.slug != (town.scenario.secretary or DESK)
    send_agenda(scene.session, number, by=scene.by, at=scene.at)
    return VillageOutcome(events)


def _with_topics(scene: Scene, proposed: Sequence[WantedItem]) -> list[WantedItem]:
    topics = [WantedItem(topic=words, sort=ItemSort.INFORMATION) for words in (OPENING, CLOSING)]
    chosen = [*topics[:1], *proposed, *topics[1:]]
    if proposed and happens(scene.tale.chance, 0.5):
        chosen[1] = replace(chosen[1], under=1)
    return chosen


def _proposed(scene: Scene) -> list[WantedItem]:
    """Return what is proposed for the meeting, and what its draft holds already, as far as an agenda takes it."""
    number = int(str(scene.case.subject))
    there = [WantedItem(case=ref) for ref in scene.session.scalars(ON_DRAFT, {"meeting": number})]
    return [*there, *all_proposed(scene.session, meeting_numbered(scene.session, number), scene.at)][:MOST_ON_AGENDA]


ON_DRAFT = text("""
    SELECT c.ref FROM agenda_item i JOIN "case" c ON c.id = i.case_id
    WHERE i.meeting_id = :meeting AND i.settled_at IS NULL ORDER BY i.number""")


def adjust(scene: Scene, town: SimulatedTown) -> VillageOutcome:
    """Adjust the minutes; there is nothing to do yet while the meeting has not been held."""
    number = int(str(scene.case.subject))
    if scene.session.execute(STAGE, {"number": number}).one().closed_on is None:
        return VillageOutcome()
    chairs = [town.officers[slug][0] for slug in town.groups][:2]
    outcome = VillageOutcome(Counter({"case.done": 1, "minutes.adjusted": 1}), has_finished=True)
    outcome.figures["minutes_late"] += scene.case.due_at is not None and scene.at > scene.case.due_at
    adjust_minutes(scene.session, number, None, chairs, by=scene.by, at=scene.at)
    return outcome


MEETING_ACTS: dict[str, VillageAct] = {"call": call, "prepare_agenda": prepare_agenda, "adjust": adjust}
