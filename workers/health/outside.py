"""The doctor's checks of the broker and the mail server."""

from collections.abc import Callable, Mapping

from cases.settings import Settings
from notifications.sending.sending import transport_from
from workers.queue.broker import QUEUES, make_broker

Check = Callable[[], str]  # returns what was found, or raises when it does not work


def outside_checks(settings: Settings) -> Mapping[str, Check]:
    """Return two checks, by the names "broker" and "mail server"; only the first where a mail server is missing.

    It is missing when letters are kept in the local mailbox though the house is reached from outside. Each check is a
    function that connects, and returns what it found as a text; it raises when it cannot connect.
    """

    def broker() -> str:
        depth = sum(make_broker(settings.redis_url).depth(queue) for queue in set(QUEUES.values()))
        return f"{'Redis' if settings.redis_url else 'in this process'}, {depth} waiting"

    def mail_server() -> str:
        server = transport_from(settings).server
        with server.connection():
            return server.name

    if settings.smtp_url is None and not settings.on_loopback:
        return {"broker": broker}
    return {"broker": broker, "mail server": mail_server}
