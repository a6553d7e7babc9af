"""The queue: whatever must be read by a person before it is public waits here, oldest first.

It knows no feature. A feature calls `ask` when something waits, and registers with `@when_decided("idea")` what
follows a decision.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base

SOON = timedelta(hours=24)  # amber
LATE = timedelta(hours=48)  # red
CLAIM = timedelta(minutes=5)  # how long somebody is shown to be reading


class Decision(StrEnum):
    APPROVED = "approved"
    NOT_PUBLISHED = "not_published"


class Waiting(Base):
    __tablename__ = "moderation"
    __table_args__ = (
        UniqueConstraint("kind", "noun_id", "round"),
        Index("ix_moderation_open", "area_id", "decision", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(20))  # "idea"; more kinds as features hand in
    noun_id: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)  # raised when the same thing is sent again
    asked_at: Mapped[datetime]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    claimed_until: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))  # empty: it waits
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    tells_at: Mapped[datetime | None]  # when the author is told; until then the decision can be undone
    told_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    note_language: Mapped[str] = mapped_column(String(12), default="")
    version: Mapped[int] = mapped_column(default=1)  # raised with each change; a decision names the one it saw


Follow = Callable[[Session, Waiting, datetime], None]
_follows: dict[str, Follow] = {}


def when_decided(kind: str) -> Callable[[Follow], Follow]:
    """Registers what follows a decision on this kind of thing."""

    def register(follow: Follow) -> Follow:
        _follows[kind] = follow
        return follow

    return register
