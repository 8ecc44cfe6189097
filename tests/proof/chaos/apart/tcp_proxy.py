"""A TCP proxy between two programs, which can be stalled or cut."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field

AT_ONCE = 65536
BACKLOG = 200


@dataclass
class TcpProxy:
    """Listens at `host`, on a port of its own, and passes everything on to `target`, both ways."""

    target: tuple[str, int]
    host: str = "127.0.0.1"
    _flows: threading.Event = field(default_factory=threading.Event)
    _sockets: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; 0 when it does not."""
        return int(self._listener.getsockname()[1]) if self._listener else 0

    def open(self) -> None:
        """Begin to listen, and pass everything on."""
        self._listener = socket.create_server((self.host, 0), backlog=BACKLOG)
        self._flows.set()
        threading.Thread(target=self._accept, args=[self._listener], name="proxy", daemon=True).start()

    def close(self) -> None:
        """Cut every connection, and listen no more."""
        if self._listener is not None:
            _shut(self._listener)
        self._flows.set()
        self.cut()

    def stall(self) -> None:
        """Pass nothing on any more; every connection stays open, and new ones are accepted."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass everything on again, also what came meanwhile."""
        self._flows.set()

    def cut(self) -> None:
        """Cut every connection; new ones are accepted."""
        while self._sockets:
            _shut(self._sockets.pop())

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._connect_to_target, args=[near], name="connection", daemon=True).start()

    def _connect_to_target(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.target)
        except OSError:
            _shut(near)
            return
        self._sockets += [near, far]
        back = threading.Thread(target=self._pass_on, args=[far, near], name="connection back", daemon=True)
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


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
