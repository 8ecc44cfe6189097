"""The whole life of cases, in any order, by anybody, with crashes, jumps of the clock and a mail server with moods."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import hypothesis.strategies as some
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session
from support.lives.course import Given, swept
from support.lives.house import change_for
from support.lives.looks import LOOKS, broken_lives
from support.lives.oracle import Attempt, RightsKey
from support.lives.standing import expected_standing
from support.lives.waiting import NewsWaits
from support.servers.mail_server import MailServerMood

from cases.states import Kind
from cases.village.forum.convening.rearranging import cancel_meeting
from notifications.sending.sending import deliver_some
from proof.crashes.boundaries import BoundarySide, Point
from proof.crashes.grounds import CrashGround
from workers.relay.loop import relay_once

LATER = datetime.max.replace(tzinfo=UTC)
AT_LENGTH = os.environ.get("VENTIL_PROOF") == "full"
USUAL = settings(
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    derandomize=not AT_LENGTH,
    stateful_step_count=60 if AT_LENGTH else 40,
)
GROUNDS = {"on_sqlite": 200, "on_postgresql": 60} if AT_LENGTH else {"on_sqlite": 10, "on_postgresql": 3}
MOODS = [
    MailServerMood.ACCEPT, MailServerMood.NOT_NOW, MailServerMood.NEVER, MailServerMood.REFUSE, MailServerMood.DROP,
]  # fmt: skip
JUMPS = [timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3), timedelta(weeks=3)]
FROM_THE_DESK_TO_ITS_OFFICER = (("kontakt", "gata"), ("gatuchef", None, "handlaggare"))
Tell = Callable[[str, object], None]


class LifeMachine(NewsWaits):
    """People act, time passes, and the house dies now and then."""

    # --- what the house does, and what befalls it --------------------------------------------------

    @rule()
    def relay(self) -> None:
        self.lived(lambda process: relay_once(process.runtime))

    @rule()
    def deliver(self) -> None:
        before = len(self.world.mail.letters)
        self.lived(lambda process: deliver_some(process.database, process.runtime.transport))
        self.count_dropped(before)

    @rule(jump=some.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self.world.clock.now += jump
        self.sweep()
        self.life = {ref: swept(life, self.world.clock.now) for ref, life in self.life.items()}
        moments = [stands.next_at for stands in self.standing().values() if stands.next_at is not None]
        assert min(moments, default=LATER) > self.world.clock.now, "the sweep has passed a case by"

    @rule(jump=some.sampled_from(JUMPS))
    def time_passes_and_nobody_sweeps(self, jump: timedelta) -> None:
        self.world.clock.now += jump

    @rule(mood=some.sampled_from(MOODS))
    def the_mail_server_is_in_a_mood(self, mood: MailServerMood) -> None:
        self.world.mail.mood = mood

    @rule(boundaries=some.integers(1, 8), side=some.sampled_from(BoundarySide))
    def death_is_near(self, boundaries: int, side: BoundarySide) -> None:
        crossed = self.process.boundaries
        crossed.dies_at = Point(len(crossed.crossed) + boundaries, side)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def everybody_has_somebody_and_a_moment(self) -> None:
        with self.process.database.reading() as session:
            wrong = [(what, list(session.execute(text(sql)))) for what, sql in LOOKS.items()]
            assert not [(what, rows) for what, rows in wrong if rows]
            assert not broken_lives(session)

    @invariant()
    def every_case_stands_where_its_life_says(self) -> None:
        standing = self.standing()
        for ref, life in self.life.items():
            assert standing[ref] == expected_standing(life), ref


@pytest.mark.parametrize(("ground", "lives"), GROUNDS.items())
def test_any_life_keeps_every_promise(
    ground: str, lives: int, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    tally: Counter[str] = Counter()
    tried: set[RightsKey] = set()
    machine = partial(LifeMachine, request.getfixturevalue(ground), tally, tried)
    run_state_machine_as_test(machine, settings=settings(USUAL, max_examples=lives))
    record_property("proof", ", ".join(f"{count} {what}" for what, count in sorted(tally.items())))
    assert tally["steps taken"] and tally["steps refused"] and tally["deaths"]
    assert tally["contacts logged"] and tally["acts refused"]
    assert tally["paces chosen"] and tally["absences"]
    assert tally["agendas sent"] or ground == "on_postgresql", "a few lives need not come that far"


def test_a_unit_dissolved_the_same_day_was_still_a_unit_when_its_people_acted(on_sqlite: CrashGround) -> None:
    life = LifeMachine(on_sqlite, Counter(), set())
    ref = life.hand_in(Kind.ISSUE, "visitor", "mail")
    for attempt, given in [
        (Attempt("assigned", "kontakt", life.world.clock.now, "vatten"), Given()),
        (Attempt("waiting", "vattenchef", life.world.clock.now), Given(waits_for="norrby")),
    ]:
        life.step_tried(ref, change_for(attempt, given), attempt, given)
    life.relay()
    life.a_unit_is_dissolved()
    life.teardown()


def test_a_step_upon_which_the_house_died_is_counted_when_it_is_there(on_sqlite: CrashGround) -> None:
    life = LifeMachine(on_sqlite, Counter(), set())
    ref, at = life.hand_in(Kind.ISSUE, "visitor", "mail"), life.world.clock.now
    to_gata, to_officer = (Attempt("assigned", who, at, *given) for who, *given in FROM_THE_DESK_TO_ITS_OFFICER)
    for step in (to_gata, to_officer):
        life.step_tried(ref, change_for(step, Given()), step, Given())
    changes = life.life[ref].changes
    for side, more in (
        (BoundarySide.BEFORE, 0),
        (BoundarySide.AFTER, 1),
    ):  # who has the case gets it again: it stands as before
        life.process.boundaries.dies_at = Point(len(life.process.boundaries.crossed) + 1, side)
        life.step_tried(ref, change_for(to_officer, Given()), to_officer, Given())
        assert life.life[ref].changes == changes + more
    assert life.deaths == 2
    life.teardown()


class InTurn:
    """Draws the first that may be drawn, where a rule asks for any."""

    def draw(self, strategy: some.SearchStrategy[Any]) -> Any:
        """Return the first element of what is sampled from."""
        return strategy.elements[0]


def test_a_meeting_lives_from_its_calling_to_its_minutes_and_what_it_postpones_is_on_the_next_agenda(
    on_sqlite: CrashGround,
) -> None:
    life, data = LifeMachine(on_sqlite, Counter(), set()), InTurn()
    life.cancel_a_meeting(data, "kontakt")
    life.a_case_comes_to_wait_for_the_forum()
    for how in ("postponed", "recommended"):
        life.call_a_meeting("kontakt", 0, is_ordinary=True)
        life.send_an_agenda(data, "kontakt")
        life.settle_an_item(data, "kontakt", how)
        life.close_a_meeting(data, "kontakt", quorate=True)  # its topic is not settled
        life.close_a_meeting(data, "kontakt", quorate=False)
        life.relay()
        life.adjust_the_minutes(data, "kontakt")
        for holds in (
            life.each_meeting_owes_its_agenda_or_its_minutes,
            life.each_item_is_settled_as_was_said_and_carried_over_once,
        ):
            holds()
    assert list(life.asked.values()) == ["assigned"]
    assert [one.stage for one in life.meetings.values()] == ["cancelled", "adjusted", "adjusted"]
    life.teardown()


def test_what_came_to_be_owed_while_nobody_swept_is_seen_when_a_life_ends(on_sqlite: CrashGround) -> None:
    life = LifeMachine(on_sqlite, Counter(), set())
    life.process.tick()

    def cancel(session: Session) -> None:
        by = life.actor(session, None, "kontakt")
        cancel_meeting(session, min(life.meetings), "För få.", by=by, at=life.world.clock.now)

    life.written_alone(cancel)
    life.world.clock.now += timedelta(days=21)
    life.teardown()
