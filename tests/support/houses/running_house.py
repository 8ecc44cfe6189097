"""Ventil as real processes, for tests that know it only from outside: HTTP, commands and mail."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from support.keys import SECRET_KEY
from support.servers import services
from support.servers.forked_process import ForkedProcess, run_to_its_end, run_ventil
from support.servers.mail_server import AcceptedMail, FakeMailServer

EMBEDDED = ("up",)
GROWN_UP = ("web", "relay", "worker", "clock")
SERVES = {"up", "web"}
STARTED = b"process.started"
PATIENCE = 60.0


@dataclass
class RunningHouse:
    """One installation: its settings, its processes, and its mail server."""

    folder: Path
    sink: FakeMailServer
    servers: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=services.free_port)
    processes: "dict[str, ForkedProcess | subprocess.Popen[bytes]]" = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process and command."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("VENTIL_")}
        return plain | {
            "VENTIL_SMTP_URL": self.sink.url,
            "VENTIL_BASE_URL": f"http://127.0.0.1:{self.port}",
            "VENTIL_SECRET_KEY": SECRET_KEY,
            "VENTIL_RATE_LIMITS": "off",
            "VENTIL_SWEEP_SECONDS": "2",
            **self.servers,
        }

    def command(self, *words: str, fails: bool = False) -> str:
        """Run `ventil` with these words; return its output, or its error output when it is to fail."""
        line = ["ventil", *words]
        done = run_to_its_end(run_ventil, line, self.environment, self.folder, patience=120)
        assert (done.code != 0) is fails, f"{' '.join(line)}: {done.output}{done.errors}"
        return done.errors if fails else done.output

    def start(self, *names: str) -> None:
        """Start these processes and wait until they work; "relay 2" names a second relay."""
        checks = [self._begin(name) for name in names]
        for name, is_at_work in zip(names, checks, strict=True):
            self.wait_until(is_at_work, name)

    def _begin(self, name: str) -> Callable[[], bool]:
        """Start the process; return a function that tells whether it works."""
        process = name.split()[0]
        serving = process in SERVES
        words = [process, *(["--port", str(self.port)] if serving else [])]
        path = self.folder / f"{name}.log"
        starts = path.read_bytes().count(STARTED) if path.exists() else 0
        self.processes[name] = ForkedProcess(run_ventil, ["ventil", *words], self.environment, self.folder, path)
        return self.is_ready if serving else lambda: path.read_bytes().count(STARTED) > starts

    def kill(self, name: str) -> None:
        """Kill the process and its children with SIGKILL."""
        process = self.processes.pop(name)
        for pid in [*_children(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End every process with SIGTERM, after 20 seconds with SIGKILL."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self.processes.clear()

    def is_ready(self) -> bool:
        """Return whether `/readyz` answers 200."""
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def ask(
        self, method: str, path: str, body: Any = None, *, by: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Call the API as the person with mail address `by`; return (status, body decoded from JSON, else as text)."""
        sent = {"Content-Type": "application/json", "Accept-Language": "sv", **headers}
        if by is not None:
            sent["Authorization"] = f"Bearer {self.token(by)}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(text) if is_json and text else text

    def token(self, email: str) -> str:
        """Return an API token of the person with this mail address."""
        if email not in self.tokens:
            self.tokens[email] = self.command("token", email).split()[-1]
        return self.tokens[email]

    def hand_in(self, title: str, **more: Any) -> dict[str, Any]:
        """Hand a case in over HTTP; return the response."""
        by = more.pop("by", None)
        status, case = self.ask("POST", "/api/v1/cases", {"kind": "issue", "title": title, **more}, by=by)
        assert status == 201, case
        return dict(case)

    def change(self, ref: str, to: str, *, by: str | None = None, **more: Any) -> dict[str, Any]:
        """Change a case's state over HTTP, from its present version; return the response."""
        version = self.case(ref, by=by)["version"]
        path = f"/api/v1/cases/{ref}/changes"
        status, case = self.ask("POST", path, {"to": to, "version": version, **more}, by=by)
        assert status == 200, case
        return dict(case)

    def case(self, ref: str, *, by: str | None = None) -> dict[str, Any]:
        """Return the case as this person sees it over HTTP."""
        status, case = self.ask("GET", f"/api/v1/cases/{ref}", by=by)
        assert status == 200, case
        return dict(case)

    def events(self, ref: str, *, by: str) -> list[dict[str, Any]]:
        """Return the case's events over HTTP, oldest first."""
        status, answer = self.ask("GET", f"/api/v1/cases/{ref}/events", by=by)
        assert status == 200, answer
        return list(answer["items"] if isinstance(answer, dict) else answer)

    def sweep(self, at: datetime) -> int:
        """Run `ventil sweep` as of this moment; return the number of rungs fired."""
        return int(self.command("sweep", "--now", at.isoformat()).split()[0])

    def letters_to(self, address: str, count: int = 1) -> list[AcceptedMail]:
        """Wait until this address has got so many letters; give them, oldest first."""
        self.wait_until(lambda: len(self.sink.to(address)) >= count, f"{count} letters to {address}")
        return self.sink.to(address)

    def wait_until(self, holds: Callable[[], bool], what: str = "it") -> None:
        """Wait until the condition holds; fail with the end of every log after 60 s or when a process dies."""
        end = time.monotonic() + PATIENCE
        while not holds():
            dead = [name for name, process in self.processes.items() if process.poll() is not None]
            if time.monotonic() > end or dead:
                raise AssertionError(f"waited in vain for {what} (dead: {dead})\n{self._log_ends()}")
            time.sleep(0.05)

    def _log_ends(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in logs)


def text_of(letter: AcceptedMail) -> str:
    """Give the plain text of a letter."""
    return str(letter.message.get_body(("plain",)).get_content())


class BrowsingVisitor:
    """A person with a browser: keeps cookies, sends forms, and opens links that come by mail."""

    def __init__(self, house: RunningHouse) -> None:
        self.house = house
        self._browser = build_opener(HTTPCookieProcessor())

    def log_in(self, email: str) -> None:
        """Ask for a log-in link, and use the one that comes by mail."""
        before = len(self.house.sink.to(email))
        self.post("/logga-in", email=email)
        self.house.wait_until(lambda: len(self.house.sink.to(email)) > before, "the log-in letter")
        self.post(re.search(r"/logga-in/\S+", text_of(self.house.sink.to(email)[-1])).group())

    def get(self, path: str) -> str:
        """Return the page as HTML."""
        with self._browser.open(f"http://127.0.0.1:{self.house.port}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """Send the form on the page at this path; return the page that follows as HTML."""
        fields["csrf_token"] = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path)).group(1)
        body = urlencode(fields).encode()
        with self._browser.open(f"http://127.0.0.1:{self.house.port}{path}", body, timeout=20) as answer:
            return str(answer.read().decode())


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []
