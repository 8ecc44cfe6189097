"""The processes of the installation under test, and the supervisor that restarts what has died, as a Procfile runner.

Only processes that were started here are ever signalled, each by the id of the process group that it leads.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection
from pathlib import Path

from support.servers.forked_process import FORKS, ForkedProcess, run_to_its_end

from proof.chaos.house.launch import lead_and_launch

ROOT = Path(__file__).parents[4]
IMPORTED_FROM = os.pathsep.join((str(ROOT), str(ROOT / "tests")))  # PYTHONPATH of what the proof starts
Launcher = tuple[str, ...]  # the module that each process runs, with its first arguments
PLAIN: Launcher = ("ventil",)
LOOKS_EVERY = 0.1
RESTARTS_AFTER = 0.3
STOPS_WITHIN = 30.0
LONGEST = 1000


class NotUp(RuntimeError):
    """A process did not become ready, or a command failed; the message is what it printed."""


@dataclass
class Member:
    """One process of the installation: its command line (`words`), whether it runs, and how it ended before."""

    name: str
    words: tuple[str, ...]
    launch_options: tuple[str, ...] = ()  # of proof.chaos.house.launch, at the next start
    running: ForkedProcess | None = None
    starts: int = 0
    was_struck: bool = False  # a fault of ours ended it
    paused: bool = False
    exit_codes: list[int] = field(default_factory=list)  # of the times that it ended without a fault of ours
    lock: "threading.RLock" = field(default_factory=threading.RLock)  # held by the thread that ends or starts it

    @property
    def kind(self) -> str:
        """Its command: "web", "worker", ..."""
        return self.words[0]

    @property
    def port(self) -> int | None:
        """The port that it serves HTTP on; None when it serves none."""
        return int(self.words[self.words.index("--port") + 1]) if "--port" in self.words else None


@dataclass
class ChaosHouse:
    """The processes of one installation by name. `environment` is that of each process and command."""

    folder: Path
    environment: Mapping[str, str]
    members: dict[str, Member]
    launcher: Launcher = PLAIN
    _closing: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        """Start every process, and restart those that die until `close`."""
        for member in self.members.values():
            self._start(member)
            threading.Thread(
                target=self._look_after, args=[member], name=f"supervisor of {member.name}", daemon=True
            ).start()

    def close(self) -> None:
        """Ask every process to end, and kill those that have not ended after half a minute."""
        self._closing.set()
        for member in self.members.values():
            with member.lock:
                _send(member, signal.SIGCONT)
                _send(member, signal.SIGTERM, to_all=False)
        end = time.monotonic() + STOPS_WITHIN
        for member in self.members.values():
            with member.lock:
                self._await_end(member, max(0.1, end - time.monotonic()))

    def of_kind(self, kind: str) -> list[Member]:
        """Return the processes of a kind, in the order of their names."""
        return [member for name, member in sorted(self.members.items()) if member.kind == kind]

    def kill(self, member: Member) -> None:
        """Kill -9 the process and its children; the supervisor starts it again."""
        with member.lock:
            member.was_struck = True
            _send(member, signal.SIGKILL)

    def restart(self, member: Member, *launch_options: str) -> None:
        """Ask the process to end, wait until it has, and start it again with these options of `launch`."""
        with member.lock:
            member.was_struck = True
            member.launch_options = launch_options
            _send(member, signal.SIGTERM, to_all=False)
            self._await_end(member)
            if not self._closing.is_set():
                self._start(member)

    def await_ready(self, member: Member, patience: float) -> None:
        """Wait until a process that serves answers /readyz; raises `NotUp` after `patience` seconds."""
        end = time.monotonic() + patience
        while member.port and not _is_ready(member.port):
            if time.monotonic() > end:
                raise NotUp(f"{member.name} is not ready")
            time.sleep(0.1)

    def pause(self, member: Member) -> None:
        """Stop the process and its children with SIGSTOP."""
        member.paused = True
        _send(member, signal.SIGSTOP)

    def resume(self, member: Member) -> None:
        """Continue the process and its children."""
        member.paused = False
        _send(member, signal.SIGCONT)

    def command(self, *words: str, patience: float = 120.0) -> str:
        """Run a command of Ventil and return what it printed; raises `NotUp` when it fails."""
        line = ["launch", *self.launcher, *words]
        done = run_to_its_end(lead_and_launch, line, self.environment, self.folder, patience=patience)
        if done.code:
            raise NotUp(f"ventil {' '.join(words)}: {done.errors.strip()}; it said: {done.output.strip()[:LONGEST]}")
        return done.output

    def _start(self, member: Member) -> None:
        said, output = FORKS.Pipe(duplex=False)
        line = ["launch", *member.launch_options, *self.launcher, *member.words]
        with output:
            member.running = ForkedProcess(lead_and_launch, line, self.environment, self.folder, output)
        log = self.folder / f"{member.name.replace(' ', '-')}.log"
        threading.Thread(target=_write_down, args=[said, log], daemon=True).start()
        member.starts += 1
        member.was_struck = False

    def _look_after(self, member: Member) -> None:
        while not self._closing.wait(LOOKS_EVERY):
            self._start_again(member)

    def _start_again(self, member: Member) -> None:
        with member.lock:
            if self._closing.is_set() or member.running is None or (code := member.running.poll()) is None:
                return
            if not member.was_struck:
                member.exit_codes.append(code)
            _send(member, signal.SIGKILL)  # a child that has outlived it keeps its port
            time.sleep(RESTARTS_AFTER)
            self._start(member)

    def _await_end(self, member: Member, patience: float = STOPS_WITHIN) -> None:
        if member.running is None:
            return
        try:
            member.running.wait(patience)
        except subprocess.TimeoutExpired:
            member.exit_codes.append(-signal.SIGALRM)  # it did not end when it was asked to
        _send(member, signal.SIGKILL)
        member.running.wait()


def _write_down(said: Connection, log: Path) -> None:
    """Write the output of a process into a log file: it cannot do so itself while its disk is full."""
    with said, log.open("ab") as file, open(said.fileno(), "rb", closefd=False) as lines:
        for line in lines:
            file.write(line)
            file.flush()


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _send(member: Member, sign: signal.Signals, *, to_all: bool = True) -> None:
    """Send a signal to the process, by default to its children too; nothing happens when they are gone."""
    if member.running is None:
        return
    try:
        if to_all:
            os.killpg(member.running.pid, sign)
        elif member.running.poll() is None:
            os.kill(member.running.pid, sign)
    except ProcessLookupError:
        return
