"""Notices: what happened and whom it concerns, one row each, written in the transaction of what happened.

Announcing costs the same for ten receivers and for a million: workers make the deliveries of it later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_open", "spread_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))  # "meeting_announced", "idea_decided" ...
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    noun_id: Mapped[int]  # the meeting, idea ... of that kind
    audience: Mapped[str] = mapped_column(String(20))  # "area", "case", "idea", "person": who hears it
    audience_id: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    goes_out_at: Mapped[datetime]  # not before
    ends_at: Mapped[datetime]  # of no use after this: a meeting has begun
    spread_to: Mapped[int] = mapped_column(default=0)  # the last device for which a delivery was made
    spread_at: Mapped[datetime | None]  # when all deliveries had been made; empty: work is left


class Delivery(Base):
    """One notice for one phone."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("uq_deliveries_notice_device", "notice_id", "device_id", unique=True),
        Index("ix_deliveries_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting, sent, gone, failed, too_late
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]  # not before; while a worker holds it, the end of its lease
    answer: Mapped[int | None]  # the push service's last status
    settled_at: Mapped[datetime | None]
