"""The gunicorn worker: it gathers each request in its event loop, and only a whole request gets a thread.

Gunicorn's own worker reads a request in a thread, for as long as the client likes: a few clients that send half a
request hold all threads. Here a client that sends slowly or reads nothing costs a socket, until its time is up.
"""

import errno
import re
import selectors
import socket
import time
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from web.requests.parsing.multipart import LARGEST_TAKEN
from web.requests.security import HEADERS

SLOWEST_HEAD = 15.0  # seconds until a request's headers must be there
SLOWEST_RATE = 16 * 1024  # bytes a second at which its body must come at least, besides
SLOWEST_READER = 30.0  # seconds until one part of an answer must be taken
LINGER = 2.0  # seconds for the client to read the end of an answer before the connection is closed
LARGEST_HEAD = 64 * 1024
IN_MEMORY = 64 * 1024  # bytes of one request; more are kept in a file
AT_ONCE = 64 * 1024  # bytes to read before others have their turn
SEND_BUFFER = 512 * 1024  # bytes of an answer that a thread need not wait for the client to read
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
OUR_HEADERS = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
REFUSAL = f"HTTP/1.1 {{}}\r\nConnection: close\r\nContent-Length: 0\r\n{OUR_HEADERS}\r\n"
LENGTH_REQUIRED = REFUSAL.format("411 Length Required").encode()
HEAD_TOO_LARGE = REFUSAL.format("431 Request Header Fields Too Large").encode()
GONE = frozenset({errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK})


class ClientSocket(socket.socket):
    """A client's socket. Where a thread waits for it, it does not wait for ever."""

    def setblocking(self, flag: bool) -> None:
        """Wait at most `SLOWEST_READER` seconds where others would wait for ever."""
        self.settimeout(SLOWEST_READER if flag else 0.0)

    def sendall(self, *args: Any) -> None:
        """Send all; a client that takes nothing for too long counts as gone (`BrokenPipeError`)."""
        try:
            super().sendall(*args)
        except TimeoutError:
            raise BrokenPipeError(errno.EPIPE, "the client reads too slowly") from None


class GatheredConnection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection whose request is gathered before a thread parses it. It serves one request.

    `timeout` is the moment (monotonic) at which the connection is closed unless the client has done its part by then.
    """

    def __init__(self, cfg: Any, client: socket.socket, address: Any, server: Any) -> None:
        super().__init__(cfg, ClientSocket(fileno=client.detach()), address, server)
        self.timeout = time.monotonic() + SLOWEST_HEAD
        self.head = b""
        self.gathered = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the connection
        self.missing: int | None = None  # bytes of the body; None until the headers are there
        self.is_answered = False

    def gather(self) -> bool:
        """Read what the client has sent; return whether no more is to be waited for. Raises `OSError`."""
        received = self.sock.recv(AT_ONCE)
        if not received:
            return True
        self.gathered.write(received)
        if self.missing is not None:
            self.missing -= len(received)
        else:
            self._read_head(received)
        return self.missing is not None and self.missing <= 0

    def _read_head(self, received: bytes) -> None:
        self.head += received
        head, end, body = self.head.partition(END_OF_HEAD)
        if not end:
            if len(self.head) > LARGEST_HEAD:
                self._answer(HEAD_TOO_LARGE)
            return
        length = LENGTH.search(head + b"\r\n")
        size, self.head = int(length[1]) if length else 0, b""
        self.missing = size - len(body) if size < LARGEST_TAKEN else 0  # the app refuses it, unread
        self.timeout = time.monotonic() + SLOWEST_HEAD + size / SLOWEST_RATE
        if CHUNKED.search(head):
            self._answer(LENGTH_REQUIRED)
        elif self.missing > 0 and EXPECTS.search(head):
            self.sock.send(CONTINUE)

    def _answer(self, response: bytes) -> None:
        self.sock.send(response)
        self.missing, self.is_answered = 0, True

    def init(self) -> None:
        """Make the parser, which reads what was gathered and never the socket."""
        self.initialized = True
        self.sock.setblocking(True)
        self.gathered.seek(0)
        self.parser = http.get_parser(self.cfg, iter(partial(self.gathered.read, AT_ONCE), b""), self.client)

    def close(self, graceful: bool = False) -> None:
        """Close the connection at once; the worker has lingered."""
        self.gathered.close()
        self.sock.close()


class GatheringWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's worker with threads, which get whole requests only. `pending_conns` are all that a thread has not."""

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and wait in the event loop for its request."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in GONE:
                raise
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.nr_conns += 1
        connection = GatheredConnection(self.cfg, client, address, listener.getsockname())
        self._await(connection, self._gather)

    def finish_request(self, conn: GatheredConnection, fs: Any) -> None:
        """End a connection whose request is answered: in the event loop, since the client may be slow to read."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:
            self._drop(conn)
            return
        conn.timeout = time.monotonic() + LINGER
        self._await(conn, self._drain)

    def murder_pending(self) -> None:
        """Close the connections whose time is up."""
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout <= now]:
            self._forget(conn)
            self._drop(conn)

    def _gather(self, conn: GatheredConnection, client: Any) -> None:
        try:
            is_whole = conn.gather()
        except BlockingIOError:
            return
        except OSError:
            self._forget(conn)
            self._drop(conn)
            return
        if is_whole:
            self._forget(conn)
            conn.data_ready = True
            if conn.is_answered:
                self.finish_request(conn, None)
            else:
                self.enqueue_req(conn)

    def _drain(self, conn: GatheredConnection, client: Any) -> None:
        """Read on until the client closes: closing before would cut off an answer that it has not read."""
        try:
            is_open = bool(conn.sock.recv(AT_ONCE))
        except BlockingIOError:
            return
        except OSError:
            is_open = False
        if not is_open:
            self._forget(conn)
            self._drop(conn)

    def _await(self, conn: GatheredConnection, readable: Any) -> None:
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(readable, conn))

    def _forget(self, conn: GatheredConnection) -> None:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)

    def _drop(self, conn: GatheredConnection) -> None:
        self.nr_conns -= 1
        conn.close()
