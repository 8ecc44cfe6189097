"""The servers of a run: PostgreSQL, Redis, a fake mail server and a real one with mailboxes, all ours to break."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.servers import services
from support.servers.dovecot import Dovecot, start_dovecot
from support.servers.mail_server_process import MailServerProcess
from support.servers.services import Server


@dataclass(frozen=True)
class ChaosGround:
    """The servers of one run, and its folder, in which logs, journal and mails are left."""

    folder: Path
    postgres: Server
    redis: Server
    sink: MailServerProcess
    dovecot: Dovecot


@contextmanager
def open_ground() -> Iterator[ChaosGround]:
    """Yield servers and a folder of the run's own; all are cleared away at the end, whatever happens."""
    run = services.make_run_folder()
    guard = services.start_guard(run)
    sink = MailServerProcess(run / "mails")
    try:
        sink.start()
        postgres = services.start_postgres(run / "postgres")  # fsync is off: processes die here, not machines
        dovecot = start_dovecot(run / "dovecot")
        yield ChaosGround(run, postgres, services.start_redis(run / "redis"), sink, dovecot)
    finally:
        sink.stop()
        guard.communicate()
