"""schemathesis attacks the API by its own document, as a visitor and as people with tokens (SECURITY 60).

Every answer must be one that the document promises: its status, media type and schema, no error of ours, no answer to a
method or a token that is not there, and no request taken that the document forbids. `make attack` tries longer.
"""

import os
import subprocess
import sysconfig
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.houses.small_house import furnish
from support.houses.small_web import Web, open_web
from support.servers import services

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.states import State
from web.serving import serve_embedded

IS_LONG = os.environ.get("VENTIL_ATTACK") == "full"
EXAMPLES = 300 if IS_LONG else 3  # for each operation and caller
PATIENCE = 3600 if IS_LONG else 600  # seconds
DATABASES = ["sqlite", "postgresql"] if IS_LONG else ["sqlite"]
CALLERS = [None, "contact", "officer", "admin"] if IS_LONG else [None, "contact"]
NOT_IN_A_DOCUMENT = "positive_data_acceptance"  # whether a unit of a slug exists, and what a step needs
EVERYTHING_ELSE = ("--checks", "all", "--exclude-checks", NOT_IN_A_DOCUMENT, "--continue-on-failure")
REPEATABLE = ("--seed", "1848", "--generation-deterministic", "--no-shrink")
DEAD_PROXY = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
pytestmark = pytest.mark.slow


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Web:
    """The small municipality's app with a case in each state, one of them published: on SQLite; at length on both."""
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("postgres_copy")("small_house", furnish)
    web = open_web(url, tmp_path)
    for state in set(State) - {State.MERGED}:
        published = web.house.reach(state)
    with web.database.transaction() as session:
        by, at = web.house.actors["contact"], datetime.now(UTC)
        correct(session, case_to_change(session, published), Correction(published=True), by=by, at=at)
    return web


@pytest.fixture
def address(house: Web) -> Iterator[str]:
    """The address of the running house."""
    server = serve_embedded(house.app, "127.0.0.1", services.free_port())
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)
    house.database.close()


@pytest.mark.parametrize("caller", CALLERS)
def test_every_answer_is_one_that_the_document_promises(house: Web, address: str, tmp_path: Path, caller: str) -> None:
    who = ["-H", f"Authorization: Bearer {house.tokens[caller]}"] if caller else []
    done = subprocess.run(
        [Path(sysconfig.get_path("scripts")) / "schemathesis", "run", f"{address}/api/v1/openapi.json", *who,
         *EVERYTHING_ELSE, *REPEATABLE, "--max-examples", str(EXAMPLES), "--suppress-health-check", "all",
         "--phases", "examples,coverage,fuzzing,stateful" if IS_LONG else "examples,coverage,fuzzing",
         "--warnings", "off", "--no-color"],
        cwd=tmp_path, env=os.environ | DEAD_PROXY, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
