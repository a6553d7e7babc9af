"""Ideas: what residents propose, in their own words and language."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

LONGEST_TEXT = 2000  # characters
LONGEST_TITLE = 120  # characters


class State(StrEnum):
    """Where an idea is; each step is dated and shown in words."""

    RECEIVED = "received"  # waits for a moderator
    READ = "read"  # read by a person, and public
    IN_CASE = "in_case"
    ANSWERED = "answered"
    TESTED = "tested"
    DONE = "done"
    NOT_PUBLISHED = "not_published"
    WITHDRAWN = "withdrawn"  # by its author


PUBLIC = (State.READ, State.IN_CASE, State.ANSWERED, State.TESTED, State.DONE)


class Idea(Base):
    __tablename__ = "ideas"
    __table_args__ = (Index("ix_ideas_area_state", "area_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # its public number
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made on the phone; empty: no script
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    receipt_mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the receipt link's token
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)  # what follows the title; may be empty
    language: Mapped[str] = mapped_column(String(12))  # the author's page language, until a moderator corrects it
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=State.RECEIVED)
    supports: Mapped[int] = mapped_column(default=0)  # counted supports; the rows in `supports` are the truth
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class IdeaStep(Base):
    """A dated line of an idea's status, never changed."""

    __tablename__ = "idea_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # for IN_CASE
    reason: Mapped[str] = mapped_column(String(40), default="")  # for NOT_PUBLISHED: a code that is said in words
    note: Mapped[str] = mapped_column(Text, default="")  # the moderator's own words to the author
    note_language: Mapped[str] = mapped_column(String(12), default="")
