"""HTTP clients that put load on a server, each on one keep-alive connection."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class LoadOutcome:
    """The result of a load: its seconds in all, the seconds of each request, the number of responses by status."""

    seconds: float
    each: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.each) / self.seconds


@dataclass(frozen=True)
class LoadRequest:
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def drive(port: int, requests: list[LoadRequest], clients: int) -> LoadOutcome:
    """Send every request once, by this many clients in parallel."""
    shares = [requests[n::clients] for n in range(clients)]
    outcome, lock = LoadOutcome(0.0), threading.Lock()
    threads = [threading.Thread(target=_one_client, args=(port, share, outcome, lock)) for share in shares]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - began
    return outcome


def drive_at(port: int, requests: list[LoadRequest], a_second: float) -> LoadOutcome:
    """Send every request once, one after the other, `a_second` of them in each second."""
    outcome, began = LoadOutcome(0.0), time.perf_counter()
    for number, request in enumerate(requests):
        time.sleep(max(0.0, began + number / a_second - time.perf_counter()))
        _one_client(port, [request], outcome, threading.Lock())
    outcome.seconds = time.perf_counter() - began
    return outcome


def _one_client(port: int, requests: list[LoadRequest], outcome: LoadOutcome, lock: threading.Lock) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, statuses = [], Counter[int]()
    for request in requests:
        began = time.perf_counter()
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        statuses[answer.status] += 1
    connection.close()
    with lock:
        outcome.each += times
        outcome.statuses += statuses


def wait_until(holds: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait until the condition holds; raise `TimeoutError` after `patience` seconds."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def answers(port: int, path: str = "/healthz") -> bool:
    """Return whether the server answers on this port with less than 500."""
    try:
        return drive_one(port, LoadRequest("GET", path)) < 500
    except OSError:
        return False


def drive_one(port: int, request: LoadRequest) -> int:
    """Send one request; return the HTTP status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(request.method, request.path, request.body or None, dict(request.headers))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
