"""What is done with a meeting and at its table, each act with what it must have led to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import bindparam, text

from cases.database.base import UtcDateTime
from cases.demo.scene import Scene
from cases.meetings.agenda_items import SettledHow
from cases.meetings.resolution import Verdict
from cases.states import State
from cases.village.forum.choosing import WantedItem, all_proposed, put_agenda
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from cases.village.forum.finding import meeting_numbered
from cases.village.forum.minutes.closing import Closing, close_meeting
from cases.village.forum.minutes.recommending import Recommendation, recommend
from cases.village.forum.minutes.settling import Settling, settle_item
from proof.simulation.people.outcomes import CalledMeeting, VillageAct, VillageOutcome, happens
from proof.simulation.people.town import CITIZENS_DOMAIN, SimulatedTown
from proof.simulation.scenario.tempers import Moves
from proof.simulation.second_calendar import end_of, rolled

OF_WHAT_WAITS: Moves = {"resolved": 60, "noted": 15, "postponed": 15, "put_off": 5, "withdrawn": 5}
OF_WHAT_IS_LATE: Moves = {"noted": 60, "resolved": 15, "postponed": 15, "withdrawn": 10}
OF_TOPICS: Moves = {"at_closing": 70, "noted": 15, "postponed": 10, "resolved": 5}
VERDICTS = (Verdict.YES, Verdict.NO, Verdict.PARTLY, Verdict.REFER, Verdict.NOTED)
MOST_ITEMS, STANDS_ASIDE, WITH_MONEY, COMES = 200, 0.1, 0.3, 0.8
TOLD = "Forumet tyckte till."
WAIT_UNTIL = text("""
    SELECT count(*) FROM "case" c JOIN meeting m ON m.body_id = c.waiting_unit_id
    WHERE m.id = :number AND m.sort = 'ordinary' AND c.state = 'waiting' AND c.due_at = :due_at""")
CHOSEN = text("""
    SELECT i.number, c.ref, i.topic FROM agenda_item i LEFT JOIN "case" c ON c.id = i.case_id
    WHERE i.meeting_id = :number AND i.settled_at IS NULL ORDER BY i.number""")


@dataclass(frozen=True)
class ItemAtTable:
    """An open item: its number, why it is there, its case (None: a topic), and whether that waits for the body."""

    number: int
    why: str
    ref: str | None
    waits: bool

    def settled_as(self, how: str) -> Counter[str]:
        """Return the events that settling it so must lead to."""
        events = Counter({"case.settled_on_agenda": 1})
        if self.waits:
            events["case.waiting" if how == "postponed" else "case.answered"] += 1
        return events


def settled(number: int, item: ItemAtTable, chance: Random) -> VillageAct | None:
    """Return the act that settles the item, as is usual for what it is; None for one that the closing settles."""
    moves = OF_TOPICS if item.ref is None else OF_WHAT_WAITS if item.waits else OF_WHAT_IS_LATE
    how = chance.choices(list(moves), list(moves.values()))[0]
    if how == "at_closing":
        return None
    if how in {"resolved", "put_off"}:
        return _recommended(number, item, Verdict.POSTPONE if how == "put_off" else chance.choice(VERDICTS))

    def settle(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
        words = TOLD if how == "withdrawn" or happens(chance, 0.5) else ""
        given = Settling(item.number, SettledHow(how), words)
        settle_item(scene.session, number, given, by=scene.by, at=scene.at)
        return VillageOutcome(item.settled_as(how), figures=Counter(postponed=how == "postponed"))

    return settle


def _recommended(number: int, item: ItemAtTable, verdict: Verdict) -> VillageAct:
    def act(scene: Scene, town: SimulatedTown) -> VillageOutcome:
        chance = scene.tale.chance
        aside = (_chairs(town)[0],) if happens(chance, STANDS_ASIDE) else ()
        ore = chance.randint(1, 500) * 100_000 if happens(chance, WITH_MONEY) else None
        given = Recommendation(number, item.number, verdict, TOLD, ore, aside, f"§ {item.number}")
        recommend(scene.session, scene.case.ref, given, by=scene.by, at=scene.at)
        is_put_off = verdict is Verdict.POSTPONE
        events = item.settled_as("postponed" if is_put_off else "resolved") + Counter({"case.recommended": 1})
        return VillageOutcome(events, figures=Counter(postponed=is_put_off))

    return act


def corrected(number: int, item: ItemAtTable) -> VillageAct:
    """Return the act that puts right a settled item: the body recommended that it be done in part."""

    def act(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
        still_waits = item.waits and scene.case.state is State.WAITING  # it was postponed
        given = Recommendation(number, item.number, Verdict.PARTLY, TOLD, corrects=True)
        recommend(scene.session, scene.case.ref, given, by=scene.by, at=scene.at)
        events = Counter({"case.settled_on_agenda": 1, "case.recommended": 1})
        return VillageOutcome(events + Counter({"case.answered": 1} if still_waits else {}))

    return act


def closed(number: int, rest: Sequence[ItemAtTable], *, is_quorate: bool) -> VillageAct:
    """Return the act that closes the meeting: the `rest` is noted, or postponed without a quorum."""

    def act(scene: Scene, town: SimulatedTown) -> VillageOutcome:
        chance = scene.tale.chance
        present = [chair for chair in _chairs(town) if happens(chance, COMES)]
        if happens(chance, COMES / 4):
            present.append(f"gast{chance.randint(1, 9)}@{CITIZENS_DOMAIN}")
        items = tuple(Settling(item.number, SettledHow.NOTED) for item in rest) if is_quorate else ()
        closing = Closing(tuple(present), items, quorate=is_quorate)
        close_meeting(scene.session, number, closing, by=scene.by, at=scene.at)
        outcome = VillageOutcome(Counter({"meeting.held": 1}))
        for item in rest:
            outcome.events += item.settled_as("noted" if is_quorate else "postponed")
        outcome.figures["postponed"] += 0 if is_quorate else len(rest)
        return outcome

    return act


def with_late_items(number: int) -> VillageAct:
    """Return the act that adds to a sent agenda what has been proposed since."""

    def act(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
        late = all_proposed(scene.session, meeting_numbered(scene.session, number), scene.at)
        there = [
            WantedItem(case=row.ref, topic=row.topic, number=row.number)
            for row in scene.session.execute(CHOSEN, {"number": number})
        ]
        if late and len(there) + len(late) <= MOST_ITEMS:
            put_agenda(scene.session, number, [*there, *late], by=scene.by, at=scene.at)
        return VillageOutcome()

    return act


def moved(to: CalledMeeting) -> VillageAct:
    """Return the act that moves the meeting to this day; what waits until the day after it waits on."""

    def act(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
        events = Counter({"meeting.moved": 1, "case.planned": 1}) + _waiting(scene, to.number)
        move_meeting(scene.session, to.number, Rearrangement(to.held_on), by=scene.by, at=scene.at)
        return VillageOutcome(events)

    return act


def cancelled(number: int) -> VillageAct:
    """Return the act that cancels the meeting; what waits until the day after it waits on."""

    def act(scene: Scene, _town: SimulatedTown) -> VillageOutcome:
        events = Counter({"meeting.cancelled": 1, "case.declined": 1}) + _waiting(scene, number)
        cancel_meeting(scene.session, number, "För få kan komma.", by=scene.by, at=scene.at)
        return VillageOutcome(events)

    return act


def _waiting(scene: Scene, number: int) -> Counter[str]:
    """Return an event for each case that waits until the working day after the meeting."""
    held_on = meeting_numbered(scene.session, number).held_on
    due_at = bindparam("due_at", end_of(rolled(held_on + timedelta(days=1))), type_=UtcDateTime())
    found: int = scene.session.execute(WAIT_UNTIL.bindparams(due_at), {"number": number}).scalar_one()
    return Counter({"case.waiting": found})


def _chairs(town: SimulatedTown) -> list[str]:
    return [town.officers[slug][0] for slug in town.groups]
