"""Prototypes: what a team tries, small and cheap, what was seen, and what changes next (pre-study p. 13)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class State(StrEnum):
    PLANNED = "planned"
    TRIED = "tried"
    CHANGED = "changed"
    WORKS = "works"
    STOPPED = "stopped"  # a result like the others, and shown as one


class Prototype(Base):
    __tablename__ = "prototypes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # "title", "lines" (two short ones, for the ballot), "tries", "risk", "stop_when", "seen", "next"
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    state: Mapped[str] = mapped_column(String(20), default=State.PLANNED)
    cost: Mapped[int | None]  # whole kronor; empty: not known yet
    picture: Mapped[str] = mapped_column(String(20), default="table")  # a drawing, shown where there is no photo
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
