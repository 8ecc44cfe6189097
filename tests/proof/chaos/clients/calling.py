"""An HTTP client that journals each call before and after, and repeats it with the same key until it is answered."""

import http.client
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from proof.checker.evidence.journal import ANSWERED, ASKED, LOST, Journal, JournalLine

PATIENCE = 3.0  # seconds for one answer; then another web process is asked, and the first may still do it
FIRST_REST, LONGEST_REST = 0.1, 1.5
NO_ANSWER = 0
TRY_AGAIN = frozenset({NO_ANSWER, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class ClientAct:
    """One change to ask the API for: its name in the journal, a text found nowhere else (`mark`), and the request."""

    name: str
    mark: str
    path: str
    body: dict[str, Any]
    token: str | None = None
    ref: str | None = None  # the case that it is about, when there is one


@dataclass
class ApiClient:
    """One client of the API, with a `name` that no other has; each call goes to a random one of the web processes."""

    name: str
    webs: Sequence[str]
    journal: Journal
    gives_up_at: float = float("inf")  # of time.monotonic()
    dice: random.Random = field(default_factory=random.Random)
    _numbers: "count[int]" = field(default_factory=count)

    def mark(self, what: str) -> str:
        """Return `what` with a suffix that makes it unique in the run."""
        return f"{what} {self.name}-{next(self._numbers)}"

    def call_until_answered(self, act: ClientAct) -> tuple[int, dict[str, Any]]:
        """Send it with one and the same key until it is answered; return status (0 without an answer) and JSON."""
        key, rest = f"{self.name}-{next(self._numbers)}", FIRST_REST
        while True:
            status, answer = self._once(act, key)
            if status not in TRY_AGAIN or time.monotonic() > self.gives_up_at:
                return status, answer
            time.sleep(rest * self.dice.uniform(0.5, 1.0))
            rest = min(rest * 2, LONGEST_REST)

    def read(self, path: str, token: str | None = None) -> tuple[int, dict[str, Any]]:
        """GET until it is answered, without the journal; return status and JSON."""
        while True:
            status, answer = self._ask("GET", path, None, {"Authorization": f"Bearer {token}"} if token else {})
            if status not in TRY_AGAIN or time.monotonic() > self.gives_up_at:
                return status, answer
            time.sleep(FIRST_REST)

    def _once(self, act: ClientAct, key: str) -> tuple[int, dict[str, Any]]:
        number = f"{self.name}-{next(self._numbers)}"
        self._write(ASKED, number, act, key, ref=act.ref)
        headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {act.token}"} if act.token else {})
        status, answer = self._ask("POST", act.path, act.body, headers)
        if status == NO_ANSWER:
            self._write(LOST, number, act, key, ref=act.ref)
        else:
            said = {
                "ref": answer.get("ref", act.ref),
                "public_id": answer.get("public_id"),
                "seq": answer.get("version"),
            }
            self._write(ANSWERED, number, act, key, status=status, **said)
        return status, answer

    def _write(self, step: str, number: str, act: ClientAct, key: str, **said: Any) -> None:
        self.journal.append(JournalLine(step, number, act.name, act.mark, datetime.now(UTC), key, **said))

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Ask one of the web processes, once; an answer that cannot be read whole counts as none."""
        where = urlsplit(self.dice.choice(self.webs))
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            answer = json.loads(response.read() or b"{}")
            return response.status, answer if isinstance(answer, dict) else {}
        except (OSError, http.client.HTTPException, ValueError):
            return NO_ANSWER, {}
        finally:
            connection.close()
