"""Guesses at secrets, counted: each is recorded in a transaction of its own, before the verdict."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .errors import Refusal
from .wording import say_count

WINDOW = timedelta(hours=1)
MOST = {"slip": 10, "app_code": 5}  # wrong tries of each kind within WINDOW


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


def forget(session: Session, attempt_id: int) -> None:
    """A try that was right is no guess: thirty neighbours may redeem their slips over one network."""
    session.execute(delete(Attempt).where(Attempt.id == attempt_id))


def tidy(session: Session, *, at: datetime) -> None:
    """Lets go of tries that count no more."""
    session.execute(delete(Attempt).where(Attempt.at <= at - WINDOW))


def make_sure_few(session: Session, kind: str, by_mark: str, *, at: datetime) -> None:
    """Raises Refusal when this many tries are behind us; says how long to wait."""
    within = (Attempt.kind == kind, Attempt.by_mark == by_mark, Attempt.at > at - WINDOW)
    tries, first = session.execute(select(func.count(), func.min(Attempt.at)).where(*within)).one()
    if tries > MOST[kind]:
        minutes = max(1, round((first + WINDOW - at).total_seconds() / 60))
        raise Refusal(
            say_count(
                "Too many tries. Try again in %(number)s minute.",
                "Too many tries. Try again in %(number)s minutes.",
                minutes,
            )
        )
