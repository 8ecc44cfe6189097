"""The fake mail server, which for the measures only notes when it accepted each mail."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from support.servers.mail_server import AcceptedMail, FakeMailServer


class Sink:
    """Notes when each mail was accepted, in seconds of the stopwatch."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def note(self, _mail: AcceptedMail) -> None:
        """Note one mail."""
        self.moments.append(time.perf_counter())

    def forget(self) -> None:
        """Clear all records."""
        self.moments.clear()


@contextmanager
def sink() -> Iterator[tuple[Sink, int]]:
    """Run the mail server until the block ends; give it and its port."""
    noted = Sink()
    server = FakeMailServer(keep=noted.note)
    server.open()
    try:
        yield noted, server.port
    finally:
        server.close()
