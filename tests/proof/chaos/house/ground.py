"""The ground that a house stands on: database, broker and mail server, each real, each ours to break."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol


class TestServer(Protocol):
    """A server of our own, as tests/support/servers/services.py starts one."""

    url: str
    port: int

    @property
    def pid(self) -> int:
        """Its process."""

    def start(self) -> None:
        """Start it again, with what it had kept."""

    def stop(self) -> None:
        """Shut it down in good order."""

    def crash(self) -> None:
        """Take it down without any good-bye."""


class MailSink(Protocol):
    """A mail server of our own, as tests/support/servers/sink_process.py starts one."""

    url: str
    folder: Path

    def start(self) -> None:
        """Start it."""

    def be(self, mood: str) -> int:
        """Let it take a mood; give how many mails it has kept by now without saying so."""

    def stop(self) -> None:
        """End it."""


@dataclass(frozen=True)
class ChaosGround:
    """Where one run happens. `folder` is its own; logs, journal and mails are left there."""

    folder: Path
    postgres: TestServer
    redis: TestServer
    sink: MailSink


@contextmanager
def open_ground() -> Iterator[ChaosGround]:
    """Give ground of our own, cleared away at the end whatever happens. The folder `tests` must be importable."""
    services, sinks = import_module("services"), import_module("sink_process")
    run: Path = services.make_run_folder()
    guard = services.start_guard(run)
    sink: MailSink = sinks.SinkProcess(run / "mails")
    try:
        sink.start()
        postgres = services.start_postgres(run / "postgres")  # fsync is off: processes die here, not machines
        yield ChaosGround(run, postgres, services.start_redis(run / "redis"), sink)
    finally:
        sink.stop()
        guard.communicate()
