"""What a push service's answer means for a delivery (RFC 8030, section 8.4, and what services do in practice)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog

from .database import now
from .deliveries import Outcome

SENT = (200, 201, 202)
GONE = (404, 410)  # the phone has unsubscribed
OUR_KEY_IS_WRONG = (400, 401, 403)  # says nothing about the phone, so it stays
LATER = (408, 425, 429)
KEY_PAUSE = timedelta(minutes=15)  # time for the operator to put a key right

log = structlog.get_logger()


def outcome_of(status: int, retry_after: str | None, host: str | None) -> Outcome:
    """What follows from a status and its Retry-After."""
    if status in SENT:
        return Outcome("sent", status)
    if status in GONE:
        return Outcome("gone", status)
    if status in OUR_KEY_IS_WRONG:
        log.error("a push service refuses us; look at the VAPID key and CONTACT", host=host, status=status)
        return Outcome("waiting", status, KEY_PAUSE)
    if status in LATER or status >= 500:
        log.warning("a push service asks us to wait", host=host, status=status)
        return Outcome("waiting", status, asked_wait(retry_after, at=now()))
    log.warning("a push service does not take a letter", host=host, status=status)
    return Outcome("failed", status)


def asked_wait(retry_after: str | None, *, at: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110, section 10.2.3); None where it says nothing we can read."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 999_999_999))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - at, timedelta())
