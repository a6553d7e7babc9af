"""Resident teams: who works on a case together, from which sector, with what part (pre-study pp. 7, 11, 16)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Sector(StrEnum):
    RESIDENT = "resident"
    ASSOCIATION = "association"
    BUSINESS = "business"
    UNIVERSITY = "university"
    CITY = "city"
    THIRD_SECTOR = "third_sector"


class Member(Base):
    __tablename__ = "team_members"
    __table_args__ = (
        Index("uq_team_members_person", "case_id", "person_id", unique=True,
              sqlite_where=text("left_at IS NULL"), postgresql_where=text("left_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)  # empty: no account
    name: Mapped[str] = mapped_column(String(60))  # as the team's page shows it
    sector: Mapped[str] = mapped_column(String(20), default=Sector.RESIDENT)
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "part": what they do in the team
    is_ambassador: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
