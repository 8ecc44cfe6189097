"""Serving the door until the process is to stop. Several processes may serve it at once, on the same port."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable

import structlog

from cases.database.transactions import Database
from cases.settings import Settings
from notifications.inbound.lmtp.door import Door, DoorConnection
from notifications.letters.reply_addresses import reply_addresses

LOG = structlog.get_logger()
LOOKS_EVERY = 0.1  # seconds
STOPS_WITHIN = 10.0  # seconds
SHARED_PORT = hasattr(socket, "SO_REUSEPORT")
ITS_LOG = "mail.log"  # of aiosmtpd: it would log addresses and words


class DoorTaken(Exception):
    """Nobody can listen at the address that VENTIL_LMTP names. The message says why, and is printed as one line."""


def serve_door(database: Database, settings: Settings, *, kept: Callable[[], object], stop: threading.Event) -> None:
    """Take mail at `settings.incoming.lmtp` until `stop` is set; `kept` is called after each mail that was kept.

    Without that setting, only wait for `stop`: a runner of all processes would end the others with this one.

    What is being written then is written to its end; a mail server that was told nothing comes again. Raises
    `DoorTaken` when nobody can listen there.
    """
    logging.getLogger(ITS_LOG).setLevel(logging.CRITICAL)
    ours = reply_addresses(settings)
    if settings.incoming.lmtp is None:
        LOG.info("door.not_set")
        stop.wait()
    else:
        asyncio.run(_serve(Door(database, ours, kept), settings.incoming.lmtp, stop))


async def _serve(door: Door, address: tuple[str, int], stop: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    host, port = address
    try:
        server = await loop.create_server(
            lambda: DoorConnection(door, "localhost", loop), host, port, reuse_port=SHARED_PORT or None
        )
    except OSError as error:
        raise DoorTaken(f"VENTIL_LMTP: nobody can listen at {host}:{port} ({error.strerror})") from None
    LOG.info("door.open", host=host, port=port)
    while not stop.is_set():
        await asyncio.sleep(LOOKS_EVERY)
    server.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOPS_WITHIN):
            while door.keeping:
                await asyncio.sleep(LOOKS_EVERY)
    LOG.info("door.closed")
