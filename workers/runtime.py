"""The workplace: what every job needs, made once per process."""

import threading
from dataclasses import dataclass, field

from cases.database.transactions import Database
from cases.settings import Settings
from notifications.sending.sending import MailTransport, transport_from
from workers.queue.broker import Bell, OurBroker, make_broker

THREADS = 4


@dataclass(frozen=True)
class Runtime:
    """The database, the settings, the post and the bell of this process, and the sign that it is to stop."""

    database: Database
    settings: Settings
    post: MailTransport
    broker: OurBroker
    bell: Bell
    stop: threading.Event = field(default_factory=threading.Event)


def open_runtime(database: Database, settings: Settings, redis_url: str | None) -> Runtime:
    """Give a workplace on Redis, or with queues in this process when no URL is given."""
    broker = make_broker(redis_url)
    return Runtime(database, settings, transport_from(settings), broker, Bell(broker, THREADS))
