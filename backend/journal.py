"""The journal of a case: open, running notes, so that it evaluates itself as it goes (pre-study p. 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Note(Base):
    __tablename__ = "journal_notes"
    __table_args__ = (Index("ix_journal_notes_case", "case_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"
    by_name: Mapped[str] = mapped_column(String(60), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    at: Mapped[datetime]
