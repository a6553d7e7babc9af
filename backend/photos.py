"""Photos that people send: refused by their header when too large, re-encoded without metadata, kept in the file store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

MOST_BYTES = 12_000_000  # of what is sent
MOST_PIXELS = 24_000_000  # by the header, before anything is decoded
LONGEST_SIDE = 1600  # pixels, of what is kept
LONGEST_ALT = 300  # characters


class Photo(Base):
    __tablename__ = "photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # its name in the file store and in its address
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    width: Mapped[int]  # pixels
    height: Mapped[int]
    size: Mapped[int]  # bytes
    alt: Mapped[str] = mapped_column(Text, default="")  # what it shows, by who sent it; empty: nobody said
    alt_language: Mapped[str] = mapped_column(String(12), default="")
    is_public: Mapped[bool] = mapped_column(default=False)  # false until what it belongs to is published
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
