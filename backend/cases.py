"""Cases: one challenge of one area, which travels along the seven stages of the forum (pre-study p. 2)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Stage(IntEnum):
    INSIGHTS = 1
    TEAM = 2
    PROBLEM_AND_VISION = 3
    OPTIONS = 4
    PROTOTYPES = 5
    RESOURCES = 6
    SPREAD = 7


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("stage BETWEEN 1 AND 7", name="stage"),
        CheckConstraint("furthest >= stage AND furthest <= 7", name="furthest"),
        Index("ix_cases_area", "area_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "title", "summary", "here", "stage1" ... "stage7"
    stage: Mapped[int] = mapped_column(default=Stage.INSIGHTS)
    furthest: Mapped[int] = mapped_column(default=Stage.INSIGHTS)  # the last stage it has been on; above stage: went back
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CaseMove(Base):
    """A move along the stages, with a word why; kept for good."""

    __tablename__ = "case_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_stage: Mapped[int]
    to_stage: Mapped[int]
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "why"
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
