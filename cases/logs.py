"""The log: one JSON object a line, a fixed event name and keys, never an address or a text."""

import logging
import sys

import structlog


def log_as_json() -> None:
    """Write the log as one JSON object a line, on standard error, in UTC."""
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
    """Leave out what is only told for the record: a command that fills a house would write thousands of lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
