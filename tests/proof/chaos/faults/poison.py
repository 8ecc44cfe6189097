"""Poison: messages, events and letters that kill or confuse the process that handles them.

Each must be set aside, or wait, and hold up nothing else.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq

from proof.chaos.clients.calling import ApiClient, ClientAct
from proof.chaos.faults.fault import FaultScene
from proof.chaos.house.launch import POISON
from proof.chaos.house.processes import IMPORTED_FROM
from proof.chaos.house.reaching import connect, quick_redis
from proof.checker import Journal

PATIENCE = 60.0
ACCEPTED = 202
FUTURE = "case.from_the_future"
SET_ASIDE_OR_TOUCHED = """
    SELECT w.set_aside_at IS NOT NULL OR w.claims > 0 FROM work w JOIN event e ON e.id = w.event_id
    WHERE e.type = %s AND w.done_at IS NULL AND w.lease_until IS NULL"""
NOW_KNOWN = """
    UPDATE work SET done_at = clock_timestamp(), lease_token = NULL, lease_until = NULL FROM event e
    WHERE e.id = work.event_id AND e.type = %s AND done_at IS NULL"""


@contextmanager
def undecodable_messages(scene: FaultScene, _which: int) -> Iterator[None]:
    """Put messages into each queue that cannot be decoded, that have no content, and for an actor that is not there."""
    unknown: dramatiq.Message[None] = dramatiq.Message(
        queue_name="letters", actor_name="from_the_future", args=(), kwargs={}, options={}
    )
    with quick_redis(scene.ground.redis.url) as client:
        for queue in ("letters", "jobs", "sweeps", "mail"):
            for number, content in enumerate((b"\x80no json", b"{}", unknown.encode(), None)):
                name = f"poison-{queue}-{number}"
                if content is not None:
                    client.hset(f"dramatiq:{queue}.msgs", name, content)
                client.rpush(f"dramatiq:{queue}", name)
    yield


@contextmanager
def unknown_event(scene: FaultScene, _which: int) -> Iterator[None]:
    """Write an event of an unknown type; it must wait, not set aside, until a version runs that knows the type."""
    program = [sys.executable, "-m", "proof.chaos.faults.newer_version", scene.database_url]
    environment = os.environ | {"PYTHONPATH": IMPORTED_FROM}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    try:
        yield
    finally:
        with connect(scene.database_url) as connection:
            if done.returncode == 0 and any(row[0] for row in connection.execute(SET_ASIDE_OR_TOUCHED, [FUTURE])):
                scene.complaints.append("an event of an unknown type was set aside, or its claims were counted")
        mark_unknown_events_done(scene)


def mark_unknown_events_done(scene: FaultScene) -> None:
    """Mark the work of events of the unknown type done, as a version that knows it would."""
    with connect(scene.database_url) as connection:
        connection.execute(NOW_KNOWN, [FUTURE])


@contextmanager
def killing_letter(scene: FaultScene, _which: int) -> Iterator[None]:
    """Let letters to one address kill every worker; they must be set aside, and hold up no other letter."""
    for worker in scene.house.of_kind("worker"):
        scene.house.restart(worker, "--brittle")
    _ask_to_follow(scene, f"{POISON}-{secrets.token_hex(4)}")  # each has an address and a key of its own
    try:
        yield
    finally:
        for worker in scene.house.of_kind("worker"):
            scene.house.restart(worker)


def _ask_to_follow(scene: FaultScene, name: str) -> None:
    """Cause a letter to this name: the contact person adds it as follower of a case. Raises `RuntimeError`."""
    caller = ApiClient(
        name, scene.webs, Journal(scene.house.folder / "poison"), gives_up_at=time.monotonic() + PATIENCE
    )
    _, found = caller.read("/api/v1/cases?limit=1", scene.contact)
    path = f"/api/v1/cases/{found['items'][0]['ref']}/followers"
    status, answer = caller.call_until_answered(
        ClientAct("follow", "", path, {"email": f"{name}@prov.example"}, token=scene.contact)
    )
    if status != ACCEPTED:
        raise RuntimeError(f"no letter to {name}: {status} {answer}")
