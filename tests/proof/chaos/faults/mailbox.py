"""Faults of the mail server that holds the house's mailbox: it is away, does not answer, or cuts connections.

None of them may cause a letter to be sent twice, and the mails that the server took must all come in, once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from proof.chaos.faults.fault import FaultScene
from proof.chaos.repeating import repeating

CUTS_EVERY = 0.05  # seconds


@contextmanager
def mailbox_away(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 the mail server and all its processes, and start it again with its mails."""
    scene.ground.dovecot.crash()
    try:
        yield
    finally:
        scene.ground.dovecot.start()


@contextmanager
def mailbox_hangs(scene: FaultScene, _which: int) -> Iterator[None]:
    """Stop the mail server with SIGSTOP: connections are taken, and nobody answers."""
    scene.ground.dovecot.pause()
    try:
        yield
    finally:
        scene.ground.dovecot.resume()


@contextmanager
def mailbox_cut(scene: FaultScene, _which: int) -> Iterator[None]:
    """Cut every connection to the mail server, twenty times a second, whatever it is used for just then."""
    with repeating(scene.ground.dovecot.cut, "cutting", CUTS_EVERY):
        yield
