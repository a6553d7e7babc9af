"""Mail that came back: what a mail server reports about a letter of ours some hours later (RFC 3464).

Whatever arrives is somebody's text. A report counts only where it names the tag of a letter, which nobody can guess:
else anybody could silence an address by inventing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import mail_addresses, smtp
from .mail import Letter

MOST_BYTES = 1_000_000  # of a report; they quote a few lines, or the whole of our mail, which is small
MOST_PARTS = 50
MOST_TAGS = 10
TAG = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
RECEIVERS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")  # of the report: our return path

log = structlog.get_logger()


def take(session: Session, raw: bytes, *, at: datetime) -> bool:
    """Reads a report; whether it ended the mail to an address. What is none, or is not for good, changes nothing."""
    tags = _read(raw[:MOST_BYTES])
    letter = session.scalar(select(Letter).where(Letter.tag.in_(tags)).limit(1)) if tags else None
    if letter is None or letter.person_id is None or not letter.to:
        return False
    mail_addresses.bounced(session, letter.person_id, letter.to, at=at)
    return True


def _read(raw: bytes) -> list[str]:
    """The tags in a report that says that mail can never be delivered; none where it says anything else."""
    try:
        parts = _parts(message_from_bytes(raw))
        return _tags(parts) if any(_is_for_good(part) for part in parts) else []
    except Exception as wrong:  # the parser gives up in many ways on what was made to break it
        log.warning("a report could not be read", why=type(wrong).__name__)
        return []


def _parts(report: Message) -> list[Message]:
    """The parts of a report, at most MOST_PARTS; those of the delivery status are one for each receiver."""
    found: list[Message] = []
    for part in report.walk():
        found.append(part)
        if len(found) == MOST_PARTS:
            break
    return found


def _is_for_good(part: Message) -> bool:
    """Whether a part says of a receiver that delivery failed and will fail again."""
    action, status = str(part.get("Action", "")).strip().lower(), str(part.get("Status", "")).strip()
    return action == "failed" and smtp.is_bounce(0, status)


def _tags(parts: list[Message]) -> list[str]:
    """What may be the tag of a letter: in the return path, or in the Message-ID of our mail that is quoted."""
    words = [str(value) for name in RECEIVERS for value in parts[0].get_all(name, [])]
    for part in parts[1:]:
        words.extend(_message_ids(part))
    return list(dict.fromkeys(TAG.findall(" ".join(words).lower())))[:MOST_TAGS]


def _message_ids(part: Message) -> Iterator[str]:
    """Of a mail that is quoted whole (its headers are the part's own), or by its headers alone."""
    yield str(part.get("Message-ID", ""))
    if part.get_content_type() == "text/rfc822-headers":
        quoted = part.get_payload(decode=True)
        if isinstance(quoted, bytes):
            yield str(message_from_bytes(quoted).get("Message-ID", ""))
