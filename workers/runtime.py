"""The runtime: the database, settings, mail transport, broker and bell of one process, opened once."""

import threading
from dataclasses import dataclass, field

from cases.database.transactions import Database
from cases.settings import Settings
from notifications.sending.sending import MailTransport, transport_from
from workers.queue.broker import Bell, OurBroker, make_broker

THREADS = 4


@dataclass(frozen=True)
class Runtime:
    """What jobs, relay and actors of one process share. `bell` wakes workers; `stop` is set to end the process."""

    database: Database
    settings: Settings
    transport: MailTransport
    broker: OurBroker
    bell: Bell
    stop: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """Close the connections to the mail server that are kept; those in use close when they are given back."""
        if self.transport.kept is not None:
            self.transport.kept.close()


def open_runtime(database: Database, settings: Settings, redis_url: str | None) -> Runtime:
    """Build a runtime: with a broker on Redis, or with queues in memory when `redis_url` is None.

    The settings say which mail transport it gets. The database must be open already. Call `Runtime.close` in the end.
    """
    broker = make_broker(redis_url)
    transport = transport_from(settings, keeps_connections=True)
    return Runtime(database, settings, transport, broker, Bell(broker, THREADS))
