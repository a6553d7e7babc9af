"""Slips: sixteen digits on paper, handed over at the meeting place, that make somebody a resident who may vote.

Four digits find the slip, eleven are the secret, the last one checks for typing errors (Luhn). Only an HMAC is kept.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

DAYS = 30  # how long a slip works


class SlipBatch(Base):
    __tablename__ = "slip_batches"

    id: Mapped[int] = mapped_column(primary_key=True)  # its number, printed on each slip
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # empty: by the operator's command


class Slip(Base):
    __tablename__ = "slips"
    __table_args__ = (Index("ix_slips_selector", "selector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("slip_batches.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    selector: Mapped[str] = mapped_column(String(4))
    secret_mark: Mapped[str] = mapped_column(String(64))  # HMAC of all sixteen digits
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("slips.id"))  # a re-issued slip stands for this one
    void_at: Mapped[datetime | None]  # lost, or its holder voted on paper
