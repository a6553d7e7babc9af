"""Meetings: open evenings and workshops of an area, announced by its coordinator."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Meeting(Base):
    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="starts_before_it_ends"),
        Index("ix_meetings_area", "area_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "title", "about", afterwards "outcome"
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120))
    interpreters: Mapped[str] = mapped_column(String(60), default="")  # language tags, "ar so"; empty: none
    has_childcare: Mapped[bool] = mapped_column(default=False)
    seats: Mapped[int | None]  # empty: room for all
    uid: Mapped[str] = mapped_column(String(80), unique=True)  # of its calendar entry; stays the same for good
    sequence: Mapped[int] = mapped_column(default=0)  # of its calendar entry; raised with each change that matters
    cancelled_at: Mapped[datetime | None]
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64), default="")
    announced_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Coming(Base):
    """Somebody comes to a meeting, with how many."""

    __tablename__ = "coming"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    how_many: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
