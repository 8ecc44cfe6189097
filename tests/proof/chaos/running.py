"""One run: an installation, clients at work, faults by the schedule; then a rest, and the independent check."""

import subprocess
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from proof.chaos.clients.driving import Clients, importing
from proof.chaos.faults.fault import FaultScene
from proof.chaos.faults.striking import StruckFaults, strike
from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import PLAIN, Launcher, NotUp
from proof.chaos.kinds import GROWN_UP, NEW_MAIL_TO, OFFICER, HouseKind, open_house
from proof.chaos.outcome.ending import ending_within, ends_within
from proof.chaos.outcome.mails import mail_figures_of
from proof.chaos.outcome.quiet import backlog_of, drained_after, put_right, undrained, wiped_and_restarted
from proof.chaos.outcome.report import ChaosOutcome, calls_of
from proof.chaos.outcome.watching import Samples, watching
from proof.checker import Gauge, InvariantBreach, Outside, check, mails_in

DRAINS_WITHIN = 180.0  # seconds; a letter that was twice put off waits up to one and a half minutes
HINTS = 72.0  # of four queues that hold twelve each, sixteen messages that cannot be read, and a few that race
MOST = {"megabytes": 400.0, "handles": 150.0, "depth": HINTS, "silence": 90.0}  # of one process; of all queues; seconds


@dataclass(frozen=True)
class RunRecord:
    """What is known when the faults are over: the clients' journals, the faults made, and what clients complain of."""

    journal: Path
    mails: Path
    struck: StruckFaults
    misread: list[str]
    not_taken: list[str]


def run(
    ground: ChaosGround, seconds: float, seed: int, launcher: Launcher = PLAIN, kind: HouseKind = GROWN_UP
) -> ChaosOutcome:
    """Run an installation of this kind through so many seconds of faults, and return the outcome.

    `launcher` is the module that each process runs, with its first arguments: a mutant has its own. Raises `Overdue`
    when the run has not ended in the time that `ends_within` gives.
    """
    begun = time.monotonic()
    with ending_within(ends_within(seconds)), open_house(kind, ground, launcher) as scene:
        with watching(scene.house, scene.redis_url) as samples:
            record = _live(scene, kind, seconds, seed)
            put_right(scene)
            rested = drained_after(scene.database_url, DRAINS_WITHIN, scene.mailbox.maildir)
            left = backlog_of(scene.database_url, datetime.now(UTC))
        restart = wiped_and_restarted(scene)
        in_flight = _in_flight(scene, kind, record)
        outside = _outside(scene, record, in_flight)
        outside = replace(outside, gauges=tuple(_gauges(samples)), restarts=(restart,))
        return ChaosOutcome(
            house=kind.name,
            seed=seed,
            seconds=seconds,
            faults=Counter(record.struck.names),
            not_made=record.struck.failed,
            calls=calls_of(record.journal),
            mails=mail_figures_of(record.mails, scene.database_url),
            breaches=[
                *undrained(rested, DRAINS_WITHIN, left),
                *check(scene.database_url, outside),
                *_own_checks(scene, record),
            ],
            doubles=_doubles(scene),
            doubles_at_most=in_flight,
            drained_after=rested,
            restart=restart,
            ended_by_themselves={name: one.exit_codes for name, one in scene.house.members.items() if one.exit_codes},
            samples=samples,
            took=time.monotonic() - begun,
        )


def _live(scene: FaultScene, kind: HouseKind, seconds: float, seed: int) -> RunRecord:
    """Let clients work while the faults of the schedule strike."""
    journal, mails = (scene.house.folder / name for name in ("journal", "mails"))
    setup = {
        "webs": scene.webs, "contact": scene.contact, "officer": scene.house.command("token", OFFICER).split()[-1],
        "seed": seed, "clients": kind.clients, "journal": str(journal),
    }  # fmt: skip
    clients, writers = Clients(setup), Clients(_mail_setup(scene, seed, mails), "proof.chaos.clients.mailing")
    with importing(scene.house):
        struck = strike(scene, kind.deck(seconds), kind.planned(seconds, seed))
    put_right(scene)
    return RunRecord(journal, mails, struck, clients.stop(), writers.stop())


def _mail_setup(scene: FaultScene, seed: int, journal: Path) -> dict[str, object]:
    """Return the setup of those who write mails: where the mailbox is, and the letters that they may answer."""
    login = scene.mailbox.login()
    server = {"host": login.host, "port": login.port, "user": login.user, "password": login.password}
    sink = str(scene.ground.sink.folder)
    return {"server": server, "new_to": NEW_MAIL_TO, "sink": sink, "seed": seed, "journal": str(journal)}


def _outside(scene: FaultScene, record: RunRecord, in_flight: int) -> Outside:
    """Return what the independent checker is told besides the database: journal, mails, and when faults struck."""
    return Outside(
        journal=record.journal,
        sink=scene.ground.sink.folder,
        mails=record.mails,
        maildir=scene.mailbox.maildir,
        faults=(*record.struck.windows, *scene.stopped),
        doubles=in_flight,
    )


def _own_checks(scene: FaultScene, record: RunRecord) -> list[InvariantBreach]:
    """Return what `forgotten`, `doctor`, the faults and the clients complain of, as breaches."""
    breaches = [InvariantBreach("I1", f"read back: {misread}") for misread in record.misread]
    breaches += [InvariantBreach("I23", complaint) for complaint in record.not_taken]
    breaches += [InvariantBreach("I15", complaint) for complaint in scene.complaints]
    for command in ("forgotten", "doctor"):
        try:
            scene.house.command(command)
        except (NotUp, subprocess.TimeoutExpired) as trouble:
            breaches.append(InvariantBreach("G8", str(trouble)))
    return breaches


def _in_flight(scene: FaultScene, kind: HouseKind, record: RunRecord) -> int:
    """Count the letters that the faults of this run may have caused to be sent twice."""
    deck = {**kind.short, **kind.at_length}
    return sum(deck[name].doubles for name in record.struck.names) + scene.ground.sink.set_mood("accept")


def _doubles(scene: FaultScene) -> int:
    mails = Counter(mail.message_id for mail in mails_in(scene.ground.sink.folder))
    return sum(count - 1 for count in mails.values())


def _gauges(samples: Samples) -> list[Gauge]:
    gauges = [
        Gauge("broker depth", MOST["depth"], tuple(map(float, samples.depth))),
        Gauge("seconds without a sweep", MOST["silence"], tuple(map(float, samples.silence))),
    ]
    for kind, values in samples.megabytes.items():
        gauges.append(Gauge(f"megabytes of {kind}", MOST["megabytes"], tuple(map(float, values))))
    for kind, values in samples.handles.items():
        gauges.append(Gauge(f"open files of {kind}", MOST["handles"], tuple(map(float, values))))
    return gauges
