"""Slow clients, which hold a server without asking for much: half headers, half bodies, and answers that nobody reads.

`python -m support.servers.slow_clients PORT [COUNT]` (PYTHONPATH=tests) tells how long an honest request to a server on
this machine takes while so many are connected.
"""

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from urllib.request import urlopen

HOST = "Host: 127.0.0.1\r\n"
SLOW = (
    b"",  # connected, and silent
    f"GET / HTTP/1.1\r\n{HOST}X-Half: ".encode(),
    f"POST /api/v1/cases HTTP/1.1\r\n{HOST}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{{".encode(),
    f"POST /lamna HTTP/1.1\r\n{HOST}Content-Length: 9000000\r\n\r\n".encode() + b"x" * 100_000,
    f"POST /api/v1/cases HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nab".encode(),
    f"GET /static/ventil.css HTTP/1.1\r\n{HOST}\r\n".encode() * 3,
    f"GET / HTTP/1.1\r\n{HOST}\r\nGET / HTTP/1.1\r\n{HOST}".encode(),
)
SMALL_WINDOW = 2048  # bytes that a client takes before the server has to wait
PATIENCE = 120.0  # seconds


@contextlib.contextmanager
def slow_clients(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Connect so many slow clients, of each kind equally many, to a server on this machine; close them at the end."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_connected(port, sent)) for sent in islice(cycle(SLOW), count)]


def _connected(port: int, sent: bytes) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
    client.connect(("127.0.0.1", port))
    client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        client.send(sent)
    return client


def seconds_of_a_request(port: int, patience: float = PATIENCE) -> float:
    """Return how many seconds an honest request for the start page takes. Raises `OSError` after `patience` seconds."""
    began = time.monotonic()
    with urlopen(f"http://127.0.0.1:{port}/", timeout=patience) as answer:
        answer.read()
    return time.monotonic() - began


def main() -> None:
    """Print how long five honest requests take, one after the other."""
    port, count = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
    print(f"alone: {seconds_of_a_request(port):.2f} s")
    with slow_clients(port, count):
        for number in range(1, 6):
            print(f"{count} slow clients, request {number}: {seconds_of_a_request(port):.2f} s")


if __name__ == "__main__":
    main()
