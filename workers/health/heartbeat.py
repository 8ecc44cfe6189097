"""The heartbeat: calls an outside monitor's URL after each sweep, so that the monitor notices when sweeps stop."""

import urllib.request
from urllib.parse import urlsplit

import structlog

LOG = structlog.get_logger()
TIMEOUT = 5.0  # seconds


def beat(url: str | None) -> None:
    """Send a GET request to the URL and wait at most 5 seconds. A failure is only logged.

    Do nothing when the URL is None (no monitor is used) or neither http nor https.
    """
    if url is None or urlsplit(url).scheme not in {"http", "https"}:
        return
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - http or https only  # nosec B310
            LOG.debug("heartbeat", status=answer.status)
    except (OSError, ValueError) as error:
        LOG.warning("heartbeat.unheard", error=type(error).__name__)
