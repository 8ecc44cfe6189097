"""The ground that a house stands on: database, broker and mail server, each real, each ours to break."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.servers import services
from support.servers.mail_server_process import MailServerProcess
from support.servers.services import Server


@dataclass(frozen=True)
class ChaosGround:
    """Where one run happens. `folder` is its own; logs, journal and mails are left there."""

    folder: Path
    postgres: Server
    redis: Server
    sink: MailServerProcess


@contextmanager
def open_ground() -> Iterator[ChaosGround]:
    """Give ground of our own, cleared away at the end whatever happens. The folder `tests` must be importable."""
    run = services.make_run_folder()
    guard = services.start_guard(run)
    sink = MailServerProcess(run / "mails")
    try:
        sink.start()
        postgres = services.start_postgres(run / "postgres")  # fsync is off: processes die here, not machines
        yield ChaosGround(run, postgres, services.start_redis(run / "redis"), sink)
    finally:
        sink.stop()
        guard.communicate()
