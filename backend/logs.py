"""Logs: one JSON line for each thing that happened, on standard error, without personal data."""

from __future__ import annotations

import logging
import sys

import structlog


def begin(level: str = "INFO") -> None:
    """Sets the logs up for this process; level is a name that Python's logging knows."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
