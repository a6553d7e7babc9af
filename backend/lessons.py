"""The experience bank: what earlier programmes and cases taught, those that failed too (pre-study pp. 17-20)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Kind(StrEnum):
    WORKED = "worked"
    OBSTACLE = "obstacle"


class Lesson(Base):
    __tablename__ = "lessons"
    __table_args__ = (CheckConstraint("stage BETWEEN 1 AND 7", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)  # empty: from the whole city
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "title", "text"
    kind: Mapped[str] = mapped_column(String(20))
    stage: Mapped[int]  # the stage at which it helps
    programme: Mapped[str] = mapped_column(String(80), default="")
    years: Mapped[str] = mapped_column(String(20), default="")
    page: Mapped[int | None]  # of the pre-study, where it comes from there
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
