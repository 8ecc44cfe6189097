"""Grounds for the crash tests, and the figures of the proof, printed at the end of the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.servers import services
from support.servers.dovecot import Dovecot

from proof.crashes.databases import Files, OnServer
from proof.crashes.grounds import CrashGround


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each figure that a test of the proof has recorded under "proof"."""
    for report in terminalreporter.stats.get("passed", []):
        for name, said in report.user_properties:
            if name == "proof":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {said}")


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[CrashGround]:
    """A ground whose databases are SQLite files."""
    folder = tmp_path_factory.mktemp("crashes")
    yield CrashGround(Files(folder), folder / "folders", dovecot)


@pytest.fixture(scope="module")
def on_postgresql(
    postgres_server: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot
) -> CrashGround:
    """A ground on the run's PostgreSQL server."""
    databases = OnServer(postgres_server, services.database_prefix(run_folder))
    return CrashGround(databases, tmp_path_factory.mktemp("crashes"), dovecot)
