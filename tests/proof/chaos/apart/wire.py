"""A wire: a line between two programs that passes everything on, until it stalls or is cut."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

AT_ONCE = 65536
BACKLOG = 200


@dataclass
class Wire:
    """Listens at `host`, on a port of its own, and passes everything on to `target`, both ways."""

    target: tuple[str, int]
    host: str = "127.0.0.1"
    _flows: threading.Event = field(default_factory=threading.Event)
    _lines: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1]) if self._listener else 0

    def open(self) -> None:
        """Begin to listen, and let everything flow."""
        self._listener = socket.create_server((self.host, 0), backlog=BACKLOG)
        self._flows.set()
        threading.Thread(target=self._take_lines, args=[self._listener], name="wire", daemon=True).start()

    def close(self) -> None:
        """Cut every line, and listen no more."""
        if self._listener is not None:
            _shut(self._listener)
        self._flows.set()
        self.cut()

    def stall(self) -> None:
        """Let nothing pass any more; every line stays open, and new ones are taken."""
        self._flows.clear()

    def flow(self) -> None:
        """Let everything pass again, also what came meanwhile."""
        self._flows.set()

    def cut(self) -> None:
        """Cut every line; new ones are taken."""
        while self._lines:
            _shut(self._lines.pop())

    def _take_lines(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._join, args=[near], name="line", daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.target)
        except OSError:
            _shut(near)
            return
        self._lines += [near, far]
        back = threading.Thread(target=self._pass_on, args=[far, near], name="line back", daemon=True)
        back.start()
        self._pass_on(near, far)
        back.join()

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := here.recv(AT_ONCE):
                self._flows.wait()
                there.sendall(piece)
        _shut(here)
        _shut(there)


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
