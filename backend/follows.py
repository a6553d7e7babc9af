"""Who wants to hear of what: an area's meetings, a case, an idea."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Follow(Base):
    __tablename__ = "follows"
    __table_args__ = (Index("ix_follows_noun", "kind", "noun_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # "area", "case", "idea"
    noun_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
