"""The worker: lets decisions take effect, counts rounds that have closed, makes deliveries and letters of notices
and sends them.

It loops: woken by the queue or by the clock, it does what the rows say. Nothing is kept in memory, so a worker can be
killed at any point, and as many as one likes can run side by side.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime
from types import FrameType

import structlog
from sqlalchemy.orm import Session, sessionmaker

from . import (
    addresses,
    areas,
    blurring,
    counting,
    daily_roots,
    database,
    deliveries,
    files,
    guessing,
    idea_photos,
    languages,
    moderation,
    notice_letters,
    notices,
    openings,
    photos,
    queue,
    retention,
    sounds,
    web_push,
)
from .database import transaction
from .deliveries import Claimed, Outcome
from .notices import Notice
from .postman import Postman
from .settings import Settings
from .web_push import Letter, Sender

CHUNK = 1000  # deliveries made in one transaction
BATCH = 64  # deliveries claimed at once
MOST_ROUNDS = 50  # of chunks and batches before we look at the rest of the work again

log = structlog.get_logger()
Sessions = sessionmaker[Session]
Clock = Callable[[], datetime]


def work(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; what is being sent then is settled first."""
    is_asked_to_end = False

    def ask_to_end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_asked_to_end
        is_asked_to_end = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_end)
    engine = database.connect(settings.database_url)
    tidier = retention.Tidier(database.sessions(engine), settings)
    with Sender(settings) as sender:
        while not is_asked_to_end:
            is_more = turn(database.sessions(engine), settings, sender, is_over=lambda: is_asked_to_end)
            _safely(lambda: tidier.tidy(database.now()))
            if not is_more:
                queue.wait(settings, settings.sweep_seconds, is_over=lambda: is_asked_to_end)
    engine.dispose()


def turn(
    sessions: Sessions, settings: Settings, sender: Sender, *, clock: Clock = database.now,
    is_over: Callable[[], bool] = lambda: False,
) -> bool:  # fmt: skip
    """Does once all that is due; whether more is waiting already. One part that fails keeps no other from its work."""
    mailing = Postman(sessions, settings, clock)
    parts: tuple[tuple[int, Callable[[], bool]], ...] = (
        (1, lambda: _settle_decisions(sessions, clock)),
        (1, lambda: _open_rounds(sessions, clock)),
        (1, lambda: _count_rounds(sessions, clock)),
        (1, mailing.prepare),
        (MOST_ROUNDS, lambda: _spread(sessions, settings, clock)),
        (1, mailing.round),  # one, since a slow mail server must not keep phones waiting
        (MOST_ROUNDS, lambda: _deliver(sessions, settings, sender, clock)),
        (MOST_ROUNDS, lambda: guessing.guess_new(sessions)),
        (MOST_ROUNDS, lambda: blurring.blur_next(sessions, files.store(settings.files_url), clock)),
        (1, lambda: _forget_photos(sessions, settings, clock)),
    )
    is_more = False
    for most, part in parts:
        for _ in range(most):
            if is_over() or not _safely(part):
                break
        else:
            is_more = True
    return is_more


def _safely(part: Callable[[], bool]) -> bool:
    try:
        return part()
    except Exception:  # the next turn tries again
        log.exception("a part of the work failed")
        return False


def _settle_decisions(sessions: Sessions, clock: Clock) -> bool:
    with sessions() as session, transaction(session):
        moderation.settle_due(session, clock())
    return False


def _open_rounds(sessions: Sessions, clock: Clock) -> bool:
    with sessions() as session, transaction(session):
        openings.begin_due(session, at=clock())
        daily_roots.keep(session, at=clock())
    return False


def _count_rounds(sessions: Sessions, clock: Clock) -> bool:
    with sessions() as session, transaction(session):
        counting.count_closed(session, at=clock())
    return False


def _forget_photos(sessions: Sessions, settings: Settings, clock: Clock) -> bool:
    store = files.store(settings.files_url)
    with sessions() as session, transaction(session):
        photos.forget_unsent(session, store, at=clock())
        sounds.forget_unsent(session, store, at=clock())
        idea_photos.forget_old(session, store, at=clock())
    return False


def _spread(sessions: Sessions, settings: Settings, clock: Clock) -> bool:
    """Makes one chunk of deliveries and one of letters; whether there may be more to make."""
    at = clock()
    with sessions() as session, transaction(session):
        notice = notices.next_open(session, at=at)
        if notice is None:
            return False
        notice.goes_out_at = _wakes_at(session, settings, notice, at)
        if notice.goes_out_at <= at:
            deliveries.spread(session, notice, CHUNK, at=at)
            if settings.sends_mail and notice_letters.spread(session, notice, CHUNK, at=at):
                notice.spread_at = None
    return True


def _deliver(sessions: Sessions, settings: Settings, sender: Sender, clock: Clock) -> bool:
    """Claims a batch, sends it with no transaction open, settles each at once; whether there may be more."""
    with sessions() as session:
        with transaction(session):
            held = deliveries.claim(session, at=clock(), limit=BATCH, lease_seconds=settings.lease_seconds)
        session.expunge_all()  # what is held stays readable whatever becomes of the session
        mail = Mailbag(sessions, settings, clock)
        for claimed in held:
            mail.put(session, claimed)
    sender.send(mail.letters, mail.heard)
    return len(held) == BATCH


class Mailbag:
    """What one batch sends, and the settling of each as its answer comes."""

    def __init__(self, sessions: Sessions, settings: Settings, clock: Clock) -> None:
        self.sessions, self.settings, self.clock = sessions, settings, clock
        self.letters: list[Letter] = []
        self.claims: list[Claimed] = []
        self.payloads: dict[tuple[int, str], bytes] = {}  # by notice and language

    def put(self, session: Session, claimed: Claimed) -> None:
        """Writes the letter of a delivery, or settles it where there is none to write."""
        try:
            outcome = self._write(session, claimed)
        except Exception:  # such as a meeting that is gone: it must not keep the others
            session.rollback()
            log.exception("a notice can't be said", notice=claimed.notice.id, kind=claimed.notice.kind)
            outcome = Outcome("failed")
        if outcome is not None:
            self._settle(claimed, outcome)

    def heard(self, position: int, outcome: Outcome) -> None:
        self._settle(self.claims[position], outcome)

    def _write(self, session: Session, claimed: Claimed) -> Outcome | None:
        at, notice, device = self.clock(), claimed.notice, claimed.device
        if device is None:
            return Outcome("gone")
        if notice.ends_at <= at:
            return Outcome("too_late")
        if (morning := _wakes_at(session, self.settings, notice, at)) > at:
            return Outcome("asleep", wait=morning - at)
        kind = notices.kind_of(notice)
        letter = Letter(
            endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth,
            payload=self._payload(session, notice, device.language),
            ttl=int(min(kind.longest, notice.ends_at - at).total_seconds()), urgency=kind.urgency, topic=notice.topic,
        )  # fmt: skip
        self.letters.append(letter)
        self.claims.append(claimed)
        return None

    def _payload(self, session: Session, notice: Notice, language: str) -> bytes:
        if (notice.id, language) not in self.payloads:
            said = notices.message(session, notice, language)
            self.payloads[notice.id, language] = web_push.payload(
                notice_id=notice.id, tag=notice.tag, title=said.title, body=said.body, language=language,
                direction=languages.direction_of(language), at=notice.created_at,
                navigate=addresses.absolute(self.settings.public_url, said.path),
            )  # fmt: skip
        return self.payloads[notice.id, language]

    def _settle(self, claimed: Claimed, outcome: Outcome) -> None:
        try:
            with self.sessions() as session, transaction(session):
                deliveries.settle(session, claimed, outcome, at=self.clock())
        except Exception:  # the lease ends, and it is tried again
            log.exception("a delivery could not be settled", delivery=claimed.id)


def _wakes_at(session: Session, settings: Settings, notice: Notice, at: datetime) -> datetime:
    zone = areas.by_id(session, notice.area_id).zone
    return notices.wakes_at(notice, zone, at=at, quiet=(settings.quiet_from, settings.quiet_until))
