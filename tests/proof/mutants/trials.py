"""Trials: what an installation is put through before the checker judges it. A sound one comes out without a breach.

Each runs in one process, on the ground of the crash sweep: with its installation, clock and fake mail server.
"""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from support.servers.mail_server import MailServerMood
from werkzeug.test import TestResponse

from cases.access.actors import A_COMMAND
from cases.case import case_to_change
from cases.commenting import comment
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.states import State
from notifications.deliveries import Delivery
from notifications.letters import rendering
from notifications.sending import preparing
from notifications.sending.accepted_letters import MOST_UNRECORDED
from notifications.sending.sending import deliver_some
from proof.checker import Gauge, InvariantBreach, Journal, JournalLine, Outside, Window
from proof.checker.evidence.journal import ANSWERED, ASKED, HAND_IN, LOST
from proof.crashes.acting import changed, handed_in
from proof.crashes.boundaries import Crash
from proof.crashes.databases import BEGINS
from proof.crashes.grounds import CrashGround
from proof.crashes.house import World
from proof.crashes.journeys.handing_in import HANDED_IN
from proof.crashes.journeys.journey import Journey
from proof.crashes.journeys.of_letters.by_letter import BY_LETTER
from proof.crashes.journeys.progress import TAKEN_ON
from proof.crashes.sweeping import Broken, Length, Sweep
from proof.mutants.stage import StagePlace, at_work, stage
from web import create_app
from workers.relay.loop import relay_once

FIRST = "2026-0001"
HOLE, LAMP = "Hål i vägen", "Lampan är trasig"
SENTENCE = re.compile(r"\b(I\d+) (.*?)(?=['\"], |['\"]\]|$)")
LIVES, CASES, WRITERS, CALLS, LETTERS = 8, 24, 4, 8, 10
Trial = Callable[[StagePlace], list[InvariantBreach]]


# --- the trials ----------------------------------------------------------------


def dies(journey: Journey) -> Trial:
    """Return the trial in which the process dies wherever something becomes lasting on this journey."""

    return lambda place: swept(place.ground(), journey)


def swept(ground: CrashGround, journey: Journey) -> list[InvariantBreach]:
    """Return the breaches that the crash sweep of a journey finds, in its short form."""
    try:
        Sweep(ground, journey).run(Length.SHORT)
    except Broken as broken:
        found = [InvariantBreach(*sentence) for sentence in SENTENCE.findall(str(broken))]
        return found or [InvariantBreach("B", str(broken))]
    return []


def lives(place: StagePlace) -> list[InvariantBreach]:
    """Take a case through its life, with no crash."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in TAKEN_ON.steps:
                step(process)
                process.settle()
            process.come_to_rest()
        return scene.judged()


def is_answered_by_letter(place: StagePlace) -> list[InvariantBreach]:
    """Let a shared mailbox and the one who asked act by the links in their letters."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            for step in (*BY_LETTER.before, *BY_LETTER.steps):
                step(process)
                process.settle()
            process.come_to_rest()
        return scene.judged()


def meets_another_worker(place: StagePlace) -> list[InvariantBreach]:
    """Let a second worker look for letters while the first one hands a letter to the mail server."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
            take, once = scene.world.mail.take, count()

            def taken(*given: Any) -> Any:
                if next(once) == 0:
                    deliver_some(process.database, process.runtime.transport)
                return take(*given)

            with patch.object(scene.world.mail, "take", taken):
                process.come_to_rest()
        return scene.judged()


def is_told_not_now(place: StagePlace) -> list[InvariantBreach]:
    """Let the mail server refuse a letter for now, and something new happen before it is tried again."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
            scene.world.mail.mood = MailServerMood.NOT_NOW
            process.settle()
            scene.world.mail.mood = MailServerMood.ACCEPT
            changed(process, HOLE, State.ASSIGNED, note="Er väg?", responsible="gata")
            process.settle()
            process.come_to_rest()
        return scene.judged()


def loses_the_line(place: StagePlace) -> list[InvariantBreach]:
    """Let the mail server keep a letter and close the line without saying so."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
            scene.world.mail.mood = MailServerMood.DROP
            process.settle()
            scene.world.mail.mood = MailServerMood.ACCEPT
            process.come_to_rest()
        return scene.judged(Outside(faults=(Window("drop", BEGINS, BEGINS),), doubles=1))


def dies_at_the_tenth_letter(place: StagePlace) -> list[InvariantBreach]:
    """Let the process die when the mail server has ten letters: at most eight of them are not recorded."""
    with stage(place.ground()) as scene:
        take, numbers = scene.world.mail.take, count(1)

        def taken(*given: Any) -> Any:
            answer = take(*given)
            if next(numbers) == LETTERS:
                raise Crash("the tenth letter")
            return answer

        with patch.object(scene.world.mail, "take", taken), suppress(Crash), at_work(scene.world) as process:
            for number in range(LETTERS):
                handed_in(process, f"{LAMP} {number}", reporter=Reporter(email=f"nils{number}@hemma.example"))
            process.settle()
        with at_work(scene.world) as process:
            process.come_to_rest()
        return scene.judged(Outside(faults=(Window("death", BEGINS, BEGINS),), doubles=MOST_UNRECORDED))


def sleeps_for_weeks(place: StagePlace) -> list[InvariantBreach]:
    """Let three weeks go by in which no process runs, and then a morning of sweeps."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
            process.settle()
            scene.world.clock.now += timedelta(days=21)
            for _ in range(3):
                process.wait(timedelta(hours=1))
            process.come_to_rest()
        return scene.judged()


def gets_a_letter_that_kills(place: StagePlace) -> list[InvariantBreach]:
    """Let every process die that writes a receipt."""
    render = rendering.render

    def killing(*given: Any) -> Any:
        if any(isinstance(one, Delivery) and one.letter == "receipt" for one in given):
            raise Crash("a receipt")
        return render(*given)

    with stage(place.ground()) as scene, patch.object(preparing, "render", killing):
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
        for _ in range(LIVES):
            _live_until_the_letter(scene.world)
        return scene.judged(Outside(drained=False))


def _live_until_the_letter(world: World) -> None:
    try:
        with at_work(world) as process:
            process.wait(timedelta(minutes=2))
    except Crash:
        return


def rings_and_nobody_comes(place: StagePlace) -> list[InvariantBreach]:
    """Let many events happen while no worker runs, and measure how long the broker's queue grows."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            depths = []
            for number in range(CASES):
                handed_in(process, f"{HOLE} {number}")
                relay_once(process.runtime)
                depths.append(float(process.runtime.broker.depth("letters")))
            most = float(process.runtime.bell.cap)
        return scene.judged(Outside(drained=False, gauges=(Gauge("broker depth", most, tuple(depths)),)))


def has_many_writers(place: StagePlace) -> list[InvariantBreach]:
    """Let four threads hand in at once, and count how often the database refuses a writer (it is locked)."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            sent_away: list[float] = []

            def hand_in_some(writer: int) -> None:
                for number in range(CASES // WRITERS):
                    try:
                        handed_in(process, f"{LAMP} {writer}-{number}")
                    except OperationalError:
                        sent_away.append(1.0)

            threads = [threading.Thread(target=hand_in_some, args=[writer]) for writer in range(WRITERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        locked = Gauge("writers sent away", 0.0, (float(len(sent_away)),))
        return scene.judged(Outside(drained=False, gauges=(locked,)))


def is_called_again_and_again(place: StagePlace) -> list[InvariantBreach]:
    """Let a program call the API; every other time the first answer is lost, and it calls again with the same key."""
    with stage(place.ground()) as scene:
        with at_work(scene.world) as process:
            client = create_app(scene.world.settings, process.database).test_client()
            for number in range(CALLS):
                for ends in (LOST, ANSWERED)[number % 2 :]:
                    _call(client, scene.journal, number, ends)
            process.come_to_rest()
        return scene.judged(Outside(journal=scene.journal))


def _call(client: FlaskClient, path: Path, number: int, ends: str) -> None:
    title, key = f"{HOLE} {number}", str(number)
    asked = JournalLine(ASKED, f"{number}-{ends}", HAND_IN, title, datetime.now(UTC), key)
    journal = Journal(path)
    journal.append(asked)
    answer = client.post("/api/v1/cases", json={"kind": "issue", "title": title}, headers={"Idempotency-Key": key})
    journal.append(replace(asked, step=LOST) if ends == LOST else _answered(asked, answer))
    journal.close()


def _answered(asked: JournalLine, answer: TestResponse) -> JournalLine:
    said = answer.get_json()
    told = replace(asked, step=ANSWERED, status=answer.status_code)
    return replace(told, ref=said.get("ref"), public_id=said.get("public_id"))


def commits_late(place: StagePlace) -> list[InvariantBreach]:
    """Let one transaction commit late, while events of a later one are told of already. PostgreSQL only."""
    with stage(place.ground_on_postgresql()) as scene:
        with at_work(scene.world) as process:
            handed_in(process, HOLE)
            handed_in(process, LAMP, reporter=None)
            process.settle()
            with process.database.transaction() as session:
                slow = case_to_change(session, FIRST)
                comment(session, slow, "Vi är på väg.", Visibility.PUBLIC, by=A_COMMAND, at=scene.world.clock.now)
                changed(process, LAMP, State.ASSIGNED, note="Er lampa?", responsible="gata")
                process.settle()
            process.come_to_rest()
        return scene.judged()


DIES_HANDED_IN = dies(HANDED_IN)
