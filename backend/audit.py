"""Who did what, when: a row for each act of staff, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .people import Person


class Act(Base):
    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # empty: by a command or job
    act: Mapped[str] = mapped_column(String(40))  # "idea.approved", "round.closed" ...
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    noun_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # no personal data


def note(
    session: Session, act: str, *, at: datetime, by: Person | None, area_id: int | None = None,
    noun_id: int | None = None, **details: Any,
) -> None:  # fmt: skip
    """Writes an act down in the caller's transaction."""
    by_id = by.id if by else None
    session.add(Act(at=at, by=by_id, act=act, area_id=area_id, noun_id=noun_id, details=details))
    session.flush()
