"""`python -m proof.chaos.apart`: Ventil on five machines that share only PostgreSQL, Redis and a mail server.

Two web machines, a relay, a worker and a clock, each with a network and a folder of its own. What a visitor does at one
must be told by the others; what is not common is shown too. Exits with 1 when something does not hold.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from support.servers.services import free_port

from proof.chaos.apart.machines import Machine, Site, open_site
from proof.chaos.apart.visiting import PageVisitor
from proof.chaos.clients.driving import write_old_cases
from proof.chaos.house.ground import ChaosGround, open_ground
from proof.chaos.house.processes import IMPORTED_FROM
from proof.chaos.kinds import SETUP_FILE, fresh_database
from proof.checker import Outside, check, mails_in

HOST = "ventil.prov.example"
PATIENCE = 90.0
PERSON_TAKES = 4.0  # seconds to fill in a form: what is sent faster is taken for a machine's
FORM = "/lamna"
A_FILE = (
    "karta.pdf",
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n",
)
DEPARTMENT, VISITOR = "gata@prov.example", "rut@prov.example"
FILE_PATH = "/arende/{}/filer/1"


@dataclass(frozen=True)
class ApartCheck:
    """One statement about the machines, and whether it was found to hold."""

    statement: str
    holds: bool

    def __str__(self) -> str:
        return f"{'ok  ' if self.holds else 'FAIL'}  {self.statement}"


@dataclass
class SpreadHouse:
    """One installation whose processes run on several machines. `common` are the settings that they share."""

    ground: ChaosGround
    site: Site
    database_url: str
    common: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, machine: Machine, *words: str, **more: str) -> None:
        """Start a process of Ventil on a machine, with these settings besides."""
        with (machine.folder / "log").open("ab") as log:
            self.running[machine.name] = subprocess.Popen(
                self._line(machine, words), env=self._environment(machine) | more, cwd=machine.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def serve(self, machine: Machine, **more: str) -> tuple[str, int]:
        """Start a web process on a machine; return its address and port once it is ready."""
        port = 8000 if self.site.has_networks else free_port()
        self.start(machine, "web", "--host", machine.address, "--port", str(port), "--processes", "1", **more)
        at = (machine.address, port)
        await_that(lambda: _is_ready(at), f"{machine.name} to be ready")
        return at

    def command(self, machine: Machine, *words: str) -> None:
        """Run a command of Ventil on a machine."""
        subprocess.run(
            self._line(machine, words), env=self._environment(machine), cwd=machine.folder, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def stop(self, *names: str) -> None:
        """End the processes on these machines, by default on all."""
        for name in names or tuple(self.running):
            process = self.running.pop(name)
            process.terminate()
            process.wait()

    def letters_to(self, address: str) -> int:
        """Return how many letters the mail server has for an address."""
        return sum(address in mail.recipients for mail in mails_in(self.ground.sink.folder))

    def _line(self, machine: Machine, words: Sequence[str]) -> list[str]:
        return [*machine.enter, sys.executable, "-m", "ventil", *words]

    def _environment(self, machine: Machine) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("VENTIL_", "PG"))}
        return plain | self.common | {"VENTIL_VAR": str(machine.path("var")), "PYTHONPATH": IMPORTED_FROM}


def run_checks(ground: ChaosGround) -> Iterator[ApartCheck]:
    """Run Ventil on five machines, and yield one check after the other."""
    with ExitStack() as stack:
        site = stack.enter_context(open_site(ground.folder / "machines"))
        where = "networks and folders" if site.has_networks else "folders (networks cannot be made here)"
        yield ApartCheck(f"five machines with {where} of their own", True)
        house = _open(ground, site)
        stack.callback(house.stop)
        one, two, relay, worker, clock = (site.machine(n) for n in ("web-1", "web-2", "relay", "worker", "clock"))
        house.command(relay, "migrate")
        house.command(relay, "load", str(SETUP_FILE))
        for machine in (relay, worker, clock):
            house.start(machine, machine.name)
        first, second = house.serve(one), house.serve(two)
        yield from _check_form(house, first, second, one, two)
        yield from _check_clock(house, one)
        breaches = check(house.database_url, Outside(sink=ground.sink.folder, drained=False))
        yield ApartCheck(
            "the independent checker finds nothing" + "".join(f"; {breach}" for breach in breaches), not breaches
        )


def _open(ground: ChaosGround, site: Site) -> SpreadHouse:
    database = fresh_database(ground)
    common = {
        "VENTIL_DATABASE_URL": site.reach(database),
        "VENTIL_REDIS_URL": site.reach(ground.redis.url),
        "VENTIL_SMTP_URL": site.reach(ground.sink.url),
        "VENTIL_BASE_URL": f"https://{HOST}",
        "VENTIL_SECRET_KEY": "common to all machines, each a different one",
        "VENTIL_MAIL_FROM": "ventil@prov.example",
        "VENTIL_SWEEP_SECONDS": "2",
    }
    return SpreadHouse(ground, site, database, common)


def _check_form(
    house: SpreadHouse, first: tuple[str, int], second: tuple[str, int], one: Machine, two: Machine
) -> Iterator[ApartCheck]:
    """Fetch the form at one web machine and send it, with a file, to the other, but not faster than a person."""
    visitor = PageVisitor(HOST)
    form, opened_at = visitor.get(first, FORM), time.monotonic()
    await_that(lambda: time.monotonic() - opened_at > PERSON_TAKES, "a person to type")
    fields = {**form.hidden, "title": "Lyktan är trasig", "reach": VISITOR, "name": "Rut"}
    sent = visitor.send(second, FORM, fields, A_FILE)
    yield ApartCheck("a form fetched from one web machine is taken by the other (one secret key)", sent.status == 303)
    public_id = sent.location.rpartition("/")[2]
    await_that(lambda: house.letters_to(VISITOR) == 1, "the receipt")
    yield ApartCheck(
        "what was handed in at a web machine is planned by a relay elsewhere, and sent by a worker elsewhere", True
    )
    yield ApartCheck(
        "the same key at both web machines is one case", len({_hand_in(at) for at in (first, second, first)}) == 1
    )
    path = FILE_PATH.format(public_id)
    given = [visitor.get(at, path).status for at in (first, second)]
    yield ApartCheck(
        f"a file lies where it was taken in, as long as the folder is not common: {given}", given == [404, 200]
    )
    house.stop(one.name)
    first = house.serve(one, VENTIL_VAR=str(two.path("var")))
    given = [visitor.get(at, path).status for at in (first, second)]
    yield ApartCheck(f"with one folder for both it is given by either: {given}", given == [200, 200])


def _check_clock(house: SpreadHouse, machine: Machine) -> Iterator[ApartCheck]:
    """Import overdue cases on one machine: the clock's machine must find them, and a letter must come."""
    path = machine.path("old.csv")
    write_old_cases(path, 0)
    house.command(machine, "import", str(path), "--clocks", "history")
    await_that(lambda: house.letters_to(DEPARTMENT) >= 1, "the letter of the ladder")
    yield ApartCheck("what was imported on one machine is found overdue by the clock of another, and told", True)


def _hand_in(at: tuple[str, int]) -> str:
    connection = http.client.HTTPConnection(*at, timeout=20)
    told = {"Host": HOST, "Content-Type": "application/json", "Idempotency-Key": "one-and-the-same"}
    case: dict[str, Any] = {"kind": "issue", "title": "En gång"}
    try:
        connection.request("POST", "/api/v1/cases", json.dumps(case), told)
        return str(json.loads(connection.getresponse().read()).get("ref"))
    finally:
        connection.close()


def _is_ready(at: tuple[str, int]) -> bool:
    try:
        return PageVisitor(HOST).get(at, "/readyz").status == 200
    except OSError:
        return False


def await_that(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds; raises `TimeoutError` after 90 seconds. `what` is for its message."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.1)


def main() -> int:
    """Print each check; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleared away
    failed = 0
    with open_ground() as ground:
        for checked in run_checks(ground):
            print(checked, flush=True)
            failed += not checked.holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
