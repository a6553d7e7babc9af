""" "Me too": one support for each person and idea. A guest's is kept, and counts once they are a neighbour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Support(Base):
    __tablename__ = "supports"

    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    counts: Mapped[bool] = mapped_column(default=True)  # false while the person is a guest
    at: Mapped[datetime]
