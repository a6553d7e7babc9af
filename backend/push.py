"""Phones that want push notices: one row for each browser, which belongs to whoever signed in there last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

MOST_DEVICES = 10  # for each person


class Device(Base):
    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(Text, unique=True)  # personal data: masked in logs and exports
    p256dh: Mapped[str] = mapped_column(String(100))  # the browser's public key, base64url (RFC 8291)
    auth: Mapped[str] = mapped_column(String(40))  # its shared secret, base64url
    vapid_key: Mapped[str] = mapped_column(String(16))  # which of our keys it was made with
    language: Mapped[str] = mapped_column(String(12))  # what this phone is read in
    name: Mapped[str] = mapped_column(String(80), default="")  # such as "Firefox, Android"
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # last visit with this subscription
