"""The clients: a program whose threads hand in cases, take them through their life, and read them back.

`python -m proof.chaos.clients SETUP` takes its setup as JSON. It stops when its standard input ends, and then prints
one line of JSON: a list of what could not be read back.
"""

import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from proof.chaos.clients.calling import ApiClient, ClientAct
from proof.checker.evidence.journal import HAND_IN, Journal

CASES = "/api/v1/cases"
PAUSE = 0.05  # seconds between two acts
LAST_ANSWERS = 30.0  # seconds in which what was begun may still be answered
CONTESTED = 0.3
DONE = 0.7


@dataclass
class Client:
    """One client, which plays the citizen, the contact person and an officer in turn."""

    caller: ApiClient
    contact: str
    officer: str
    misread: list[str] = field(default_factory=list)

    def work_until(self, stop: threading.Event) -> None:
        """Take one case after another through its life."""
        while not stop.wait(PAUSE):
            handed_in = self._hand_in()
            if handed_in:
                self._follow(handed_in, stop)

    def _hand_in(self) -> dict[str, Any] | None:
        title = self.caller.mark("Trasig lykta")
        reporter = {"name": "Rut", "email": f"{title.rpartition(' ')[2]}@prov.example"}
        act = ClientAct(HAND_IN, title, CASES, {"kind": "issue", "title": title, "reporter": reporter})
        status, case = self.caller.call_until_answered(act)
        if status != 201:
            return None
        self._read_back(f"{CASES}/{case['public_id']}", None, {"ref": case["ref"], "title": title})
        return case

    def _follow(self, case: dict[str, Any], stop: threading.Event) -> None:
        """Let the desk assign the case, and the officer do it; now and then the reporter contests it."""
        soon = (datetime.now(UTC) + timedelta(days=21)).date().isoformat()
        life = [
            (self.contact, "assigned", {"responsible": "gata"}),
            (self.officer, "planned", {"due_on": soon}),
            (self.officer, "in_progress", {}),
        ]
        if self.caller.dice.random() < DONE:
            life.append((self.officer, "done", {}))
        for token, to, more in life:
            if stop.wait(PAUSE) or not self._change(case["ref"], case["ref"], token, to, more):
                return
            if self.caller.dice.random() < CONTESTED:
                self._comment(case["ref"], token)
        if life[-1][1] == "done" and self.caller.dice.random() < CONTESTED:
            self._change(case["ref"], case["public_id"], None, "assigned", {})

    def _change(self, ref: str, name: str, token: str | None, to: str, more: dict[str, Any]) -> bool:
        """Take the step from the version that the case has now; return whether it was accepted. A refusal is final."""
        status, before = self.caller.read(f"{CASES}/{name}", token)
        if status != 200:
            return False
        note = self.caller.mark(to)
        body = {"to": to, "version": before["version"], "note": note, **more}
        act = ClientAct(to, note, f"{CASES}/{name}/changes", body, token, ref)
        status, after = self.caller.call_until_answered(act)
        if status == 200:
            self._read_back(f"{CASES}/{name}", token, {"state": after["state"]})
        return status == 200

    def _comment(self, ref: str, token: str) -> None:
        text = self.caller.mark("comment")
        path = f"{CASES}/{ref}/comments"
        body = {"text": text, "visibility": "participants"}
        self.caller.call_until_answered(ClientAct("comment", text, path, body, token, ref))

    def _read_back(self, path: str, token: str | None, expected: dict[str, Any]) -> None:
        """Read back what was just accepted, from any web process, and note it when it differs."""
        status, seen = self.caller.read(path, token)
        if status == 200 and expected.items() <= seen.items():
            return
        if status in (200, 404):
            self.misread.append(f"{path.rpartition('/')[2]}: {status} instead of {expected}")


def main() -> None:
    """Run the clients until standard input ends."""
    setup = json.loads(sys.argv[1])
    journal = Journal(Path(setup["journal"]))
    clients = [_client(number, setup, journal) for number in range(setup["clients"])]
    stop = threading.Event()
    threads = [threading.Thread(target=client.work_until, args=[stop]) for client in clients]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    for client in clients:
        client.caller.gives_up_at = time.monotonic() + LAST_ANSWERS
    stop.set()
    for thread in threads:
        thread.join()
    journal.close()
    print(json.dumps([misread for client in clients for misread in client.misread]))


def _client(number: int, setup: dict[str, Any], journal: Journal) -> Client:
    name = f"k{number}"
    caller = ApiClient(name, setup["webs"], journal, dice=random.Random(f"{setup['seed']}/{name}"))
    return Client(caller, setup["contact"], setup["officer"])


if __name__ == "__main__":
    main()
