"""Clients that send or read slowly hold neither server: an honest request is answered beside them (SECURITY 7)."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.houses.small_house import copied_sqlite, furnish
from support.houses.small_web import open_web
from support.servers import services
from support.servers.slow_clients import seconds_of_a_request, slow_clients

from web.requests.security import CONTENT_SECURITY_POLICY
from web.serving import serve_embedded

ROOT = Path(__file__).parents[2]
MANY = 60
PATIENCE = 30.0  # seconds; they hold gunicorn's own worker for minutes
RUN = (
    "from cases.settings import read_settings; from web.serving import run_web; run_web(read_settings(), '127.0.0.1', "
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gunicorn(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of gunicorn, with two processes of two threads each."""
    port, home = services.free_port(), tmp_path_factory.mktemp("gunicorn")
    url = copied_sqlite(run_folder, home, "small_house", furnish)
    environ = os.environ | {"VENTIL_DATABASE_URL": url, "VENTIL_VAR": str(home), "HOME": str(home)}
    program = f"{RUN}{port}, workers=2, threads=2)"
    start = partial(subprocess.Popen, [sys.executable, "-c", program], cwd=ROOT, env=environ)
    with (home / "log").open("w") as log, start(stderr=log) as process:
        wait_for(port)
        yield port
        process.send_signal(signal.SIGTERM)


@pytest.fixture
def waitress(sqlite_url: str, tmp_path: Path) -> Iterator[int]:
    """The port of the server of `ventil up`."""
    web, port = open_web(sqlite_url, tmp_path), services.free_port()
    server = serve_embedded(web.app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield port
    server.close()
    thread.join(10)
    web.database.close()


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            seconds_of_a_request(port)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("server", ["gunicorn", "waitress"])
def test_slow_clients_keep_nobody_from_an_answer(request: pytest.FixtureRequest, server: str) -> None:
    port = request.getfixturevalue(server)
    with slow_clients(port, MANY):
        seconds_of_a_request(port, PATIENCE)  # else it raises


def answer_to(port: int, sent: bytes, rest: bytes = b"") -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(sent)
        first = client.recv(100)
        client.sendall(rest)
        return first + b"".join(iter(lambda: client.recv(65536), b""))


HEAD = b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"kind": "issue", "title": "H\xc3\xa5l", "description": "' + b"lamp " * 3000 + b'"}'


def test_a_body_of_any_size_is_taken_and_a_client_that_waits_is_told_to_go_on(gunicorn: int) -> None:
    length = f"Content-Length: {len(BODY)}\r\n".encode()
    answer = answer_to(gunicorn, HEAD + length + b"Expect: 100-continue\r\n\r\n", BODY)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert b"HTTP/1.1 201 CREATED" in answer
    connection = http.client.HTTPConnection("127.0.0.1", gunicorn, timeout=PATIENCE)
    connection.request("POST", "/api/v1/cases", b'"' + b"x" * 5_000_000 + b'"', {"Content-Type": "application/json"})
    assert connection.getresponse().status == 422
    connection.close()


def test_a_body_that_is_too_large_is_refused_by_a_page_of_ours(gunicorn: int) -> None:
    answer = answer_to(gunicorn, HEAD + b"Content-Length: 99000000\r\n\r\n" + b"x" * 1000)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer


def test_a_body_without_a_length_is_refused(gunicorn: int) -> None:
    answer = answer_to(gunicorn, HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 411")
    assert CONTENT_SECURITY_POLICY.encode() in answer


def test_what_is_no_request_is_refused(gunicorn: int) -> None:
    for sent in (b"x\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"GET / HTTP/1.1\r\nHost: a\r\nHost\r\n\r\n"):
        assert answer_to(gunicorn, sent).startswith(b"HTTP/1.1 4")
    seconds_of_a_request(gunicorn, PATIENCE)
