"""Logging: one JSON object per line, with a fixed event name and keys, never a mail address or a person's words."""

import logging
import sys

import structlog


def log_as_json() -> None:
    """Configure structlog for a server or worker: one JSON object per line to standard error, from level INFO.

    Times are in UTC.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log_warnings_only() -> None:
    """Configure structlog to drop lines below WARNING: a command that fills a database would write thousands."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
