"""The heartbeat: an address outside the house is called after each sweep, so that our silence is heard."""

import urllib.request
from urllib.parse import urlsplit

import structlog

LOG = structlog.get_logger()
TIMEOUT = 5.0


def beat(url: str | None) -> None:
    """Call the address, if there is one. That nobody answers disturbs nothing."""
    if url is None or urlsplit(url).scheme not in {"http", "https"}:
        return
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - http or https only  # nosec B310
            LOG.debug("heartbeat", status=answer.status)
    except (OSError, ValueError) as error:
        LOG.warning("heartbeat.unheard", error=type(error).__name__)
