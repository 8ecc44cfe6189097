"""The job that reads the mailboxes and files what has come in, also what came by our own door and still waits."""

import structlog

from notifications.inbound.mailboxes.polling import poll_all
from workers.runtime import Runtime

LOG = structlog.get_logger()


def read_and_file_mail(runtime: Runtime) -> int:
    """Read every mailbox, then file what waits. Return how many mails in mailboxes are new.

    A mailbox that cannot be read is recorded and told of, and fails no job.
    """
    new = poll_all(runtime.database, runtime.settings.incoming)
    file_mail(runtime)
    return new


def file_mail(runtime: Runtime) -> None:
    """File mails that wait, until none is left that is due. Errors are logged: the job comes again soon."""
    from notifications.inbound.filing.queue import file_some  # here, for it brings what reads mail: 80 ms at each start

    try:
        while file_some(runtime.database, runtime.settings) and not runtime.stop.is_set():
            pass
    except Exception as error:
        LOG.error("inbound.trouble", error=type(error).__name__, exc_info=True)
