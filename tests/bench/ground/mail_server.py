"""A mail server on loopback that records when it accepted each mail."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from support.servers import services


class Sink:
    """The server's handler: records when each mail was accepted, and how many each recipient has got."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.to: Counter[str] = Counter()
        self.latest: dict[str, float] = {}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        for address in envelope.rcpt_tos:
            self.latest[address] = time.perf_counter()
            self.moments.append(self.latest[address])
            self.to[address] += 1
        return "250 OK"

    def forget(self) -> None:
        """Clear all records."""
        self.moments.clear()
        self.to.clear()
        self.latest.clear()


@contextmanager
def sink() -> Iterator[tuple[Sink, int]]:
    """Run the mail server until the block ends; yield its handler and its port."""
    handler, port = Sink(), services.free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()
