"""Tries at secrets and asks for codes, counted: each is recorded in a transaction of its own, before the verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .errors import TooMany
from .wording import Wording, say_count

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Most:
    """How many are heard within a span."""

    count: int
    within: timedelta = HOUR


MOST = {
    "slip": Most(10),  # wrong ones of one asker
    "app_code": Most(5),
    "place": Most(10),  # wrong ones of one asker
    "place_area": Most(100),  # wrong ones for one area, by everybody together
    "mail_to": Most(10, DAY),  # codes to one mailbox
    "mail_from": Most(40),  # codes asked for from one network, which may be a school's
    "mail_by": Most(10),  # codes asked for by one person
}


class Attempt(Base):
    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    by_mark: Mapped[str] = mapped_column(String(64), index=True)  # an HMAC of who tried: no address is kept
    at: Mapped[datetime]


def record(session: Session, kind: str, by_mark: str, *, at: datetime) -> int:
    """Writes a try down and returns its number; the caller commits it before it asks whether the try was right."""
    tidy(session, at=at)
    attempt = Attempt(kind=kind, by_mark=by_mark, at=at)
    session.add(attempt)
    session.flush()
    return attempt.id


def forget(session: Session, *attempt_ids: int) -> None:
    """A try that was right is no guess: thirty neighbours may redeem their slips over one network."""
    session.execute(delete(Attempt).where(Attempt.id.in_(attempt_ids)))


def tidy(session: Session, *, at: datetime) -> None:
    """Lets go of tries that count no more."""
    session.execute(delete(Attempt).where(Attempt.at <= at - max(most.within for most in MOST.values())))


def make_sure_few(session: Session, kind: str, by_mark: str, *, at: datetime) -> None:
    """Raises TooMany when this many tries are behind us; says how long to wait."""
    most = MOST[kind]
    within = (Attempt.kind == kind, Attempt.by_mark == by_mark, Attempt.at > at - most.within)
    latest = select(Attempt.at).where(*within).order_by(Attempt.at.desc(), Attempt.id.desc()).offset(most.count - 1)
    tries = session.scalar(select(func.count()).select_from(Attempt).where(*within)) or 0
    if tries > most.count:
        # It is heard again when the one that fills the measure, counted from the newest, is old enough.
        oldest = session.scalars(latest.limit(1)).one()
        seconds = math.ceil((oldest + most.within - at).total_seconds())
        raise TooMany(again_in(seconds), seconds=seconds)


def again_in(seconds: int) -> Wording:
    """When to try again, in whole minutes or hours."""
    minutes = -(-seconds // 60)
    if minutes < 120:
        return say_count(
            "Too many tries. Try again in %(number)s minute.",
            "Too many tries. Try again in %(number)s minutes.",
            minutes,
        )
    return say_count(
        "Too many tries. Try again in %(number)s hour.", "Too many tries. Try again in %(number)s hours.",
        -(-minutes // 60),
    )  # fmt: skip
