"""The doctor's checks of what is outside: broker, mail server, mailboxes, and the door for mail."""

from collections.abc import Callable, Mapping

from cases.settings import Settings
from notifications.sending.sending import transport_from
from workers.health.incoming import incoming_checks
from workers.queue.broker import QUEUES, make_broker

Check = Callable[[], str]  # returns what was found, or raises when it does not work


def outside_checks(settings: Settings) -> Mapping[str, Check]:
    """Return the checks by name: "broker", "mail server", each mailbox, and the door for mail if it is set.

    There is none of the mail server when letters are kept in the local mailbox though the house is reached from
    outside. Each check is a function that connects, and returns what it found as a text; it raises when it cannot
    connect.
    """
    incoming = incoming_checks(settings.incoming)

    def broker() -> str:
        depth = sum(make_broker(settings.redis_url).depth(queue) for queue in set(QUEUES.values()))
        return f"{'Redis' if settings.redis_url else 'in this process'}, {depth} waiting"

    def mail_server() -> str:
        server = transport_from(settings).server
        with server.connection():
            return server.name

    if settings.smtp_url is None and not settings.on_loopback:
        return {"broker": broker, **incoming}
    return {"broker": broker, "mail server": mail_server, **incoming}
