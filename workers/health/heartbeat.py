"""The heartbeat: an outside URL is called after each sweep, so that a monitor there notices when we fall silent."""

import urllib.request
from urllib.parse import urlsplit

import structlog

LOG = structlog.get_logger()
TIMEOUT = 5.0  # seconds


def beat(url: str | None) -> None:
    """Call the URL, if there is one and it is http or https; a failure is only logged. Waits at most 5 seconds."""
    if url is None or urlsplit(url).scheme not in {"http", "https"}:
        return
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - http or https only  # nosec B310
            LOG.debug("heartbeat", status=answer.status)
    except (OSError, ValueError) as error:
        LOG.warning("heartbeat.unheard", error=type(error).__name__)
