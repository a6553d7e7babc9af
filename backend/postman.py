"""The postman: carries one batch of letters to the mail server, with no transaction open while it sends.

Each is settled as its answer comes, so that whatever ends the postman leaves at most one letter that may go twice.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy.orm import Session, sessionmaker

from . import areas, audit_mail, daily_mail, mail, mail_addresses, notices, smtp, written_mail
from .database import transaction
from .mail import Letter, Outcome
from .notices import Notice
from .settings import Settings

BATCH = 32  # letters claimed at once
NEXT_ROUND = Outcome("asleep", wait=timedelta())
SHARE = 0.6  # of the lease may be spent on a batch; what is left belongs to the letter that is on its way then

log = structlog.get_logger()
Sessions = sessionmaker[Session]
Clock = Callable[[], datetime]


class Postman:
    """Sends what is due by mail; context says which certificates count, those of the machine where it is None."""

    def __init__(
        self, sessions: Sessions, settings: Settings, clock: Clock, *, context: ssl.SSLContext | None = None
    ) -> None:
        self.sessions, self.settings, self.clock, self.context = sessions, settings, clock, context

    def prepare(self) -> bool:
        """Writes the daily letters whose hour has come, and forgets old ones; more never waits."""
        if self.settings.sends_mail:
            with self.sessions() as session, transaction(session):
                daily_mail.post_due(session, at=self.clock())
                audit_mail.post_due(session, at=self.clock())
                mail.tidy(session, at=self.clock())
        return False

    def round(self) -> bool:
        """Claims a batch and sends it; whether more may wait and the server takes it."""
        if not self.settings.sends_mail:
            return False
        held, lease = self._claim(), self.settings.lease_seconds
        until = time.monotonic() + lease * SHARE
        written = [(letter, made) for letter in held if (made := self._written(letter)) is not None]
        if not written:
            return len(held) == BATCH
        try:
            with smtp.connect(self.settings, seconds=min(smtp.LONGEST_SECONDS, lease / 3), context=self.context) as way:
                for letter, made in written:
                    is_late = time.monotonic() > until
                    self._settle(letter, NEXT_ROUND if is_late else self._send(way, letter, made))
                return len(held) == BATCH and not getattr(way, "is_broken", False)
        except smtp.Unreachable as wrong:
            log.error("mail can't be sent just now", why=str(wrong))
            for letter, _ in written:
                self._settle(letter, Outcome("asleep"))
            return False

    def _claim(self) -> list[Letter]:
        with self.sessions() as session:
            with transaction(session):
                held = mail.claim(session, at=self.clock(), limit=BATCH, lease_seconds=self.settings.lease_seconds)
            session.expunge_all()  # what is held stays readable whatever becomes of the session
        return held

    def _written(self, letter: Letter) -> EmailMessage | None:
        """The mail of a letter; None where there is none to send, which is settled then."""
        try:
            with self.sessions() as session:
                found = self._write(session, letter)
        except Exception:  # such as a meeting that is gone: it must not keep the others
            log.exception("a letter can't be written", letter=letter.id, kind=letter.kind)
            found = Outcome("failed")
        if isinstance(found, Outcome):
            self._settle(letter, found)
            return None
        return found

    def _write(self, session: Session, letter: Letter) -> EmailMessage | Outcome:
        if letter.ends_at <= self.clock():
            return Outcome("too_late")
        mark = ""
        if letter.kind in mail.WAYS_OUT:
            address = mail_addresses.at_work(session, letter.person_id, letter.to, mail.WAYS_OUT[letter.kind])
            if address is None:
                return Outcome("gone")
            mark = address.leave_mark
        if letter.notice_id and (wait := self._sleeps(session, letter.notice_id)):
            return wait
        return written_mail.message(letter, mail.text(session, letter), self.settings, leave_mark=mark)

    def _sleeps(self, session: Session, notice_id: int) -> Outcome | None:
        """Until when a notice waits for the morning; None where it need not."""
        notice, at = session.get(Notice, notice_id), self.clock()
        if notice is None:
            return Outcome("gone")
        quiet = (self.settings.quiet_from, self.settings.quiet_until)
        morning = notices.wakes_at(notice, areas.by_id(session, notice.area_id).zone, at=at, quiet=quiet)
        return Outcome("asleep", wait=morning - at) if morning > at else None

    def _send(self, way: smtp.Sends, letter: Letter, made: EmailMessage) -> Outcome:
        try:
            return way.send(written_mail.return_path(letter, self.settings), letter.to, made)
        except Exception:  # one letter that can't even be put into bytes must not keep the others
            log.exception("a letter can't be sent", letter=letter.id, kind=letter.kind)
            return Outcome("failed")

    def _settle(self, letter: Letter, outcome: Outcome) -> None:
        at = self.clock()
        try:
            with self.sessions() as session, transaction(session):
                mail.settle(session, letter, outcome, at=at)
                if outcome.is_bounce and letter.person_id is not None:
                    mail_addresses.bounced(session, letter.person_id, letter.to, at=at)
        except Exception:  # the lease ends, and it is tried again
            log.exception("a letter could not be settled", letter=letter.id)
