"""What waits to be read by a person, and who may decide it: one row for each round of each thing.

What is done with a row stands in moderation.py; finders in moderation_queue.py; who reads what in
moderation_readers.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, Update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import people
from .database import Base
from .people import Person, Role
from .reading import kinds
from .wording import Wording, say

LONGEST_WORD = 300  # characters, of what is said when something is handed to somebody
WITHDRAWN = "withdrawn"  # no decision: its author took it back, or sent other words


class Decision(StrEnum):
    """A report is "approved" when what it names stays, an appeal when what was refused is published after all."""

    APPROVED = "approved"
    NOT_PUBLISHED = "not_published"
    CHANGE_ASKED = "change_asked"  # the author is asked to edit it and send it again
    MERGED = "merged"  # it says the same as another, which takes its supports and followers over


class Waiting(Base):
    __tablename__ = "moderation"
    __table_args__ = (
        UniqueConstraint("kind", "noun_id", "round"),
        Index("ix_moderation_open", "area_id", "decision", "asked_at"),
        Index("ix_moderation_unheard", "language_by", "decision"),
        Index("ix_moderation_due", "told_at", "tells_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(20))  # "idea", "comment", "photo", "report", "appeal"
    noun_id: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)  # raised when the same thing is sent again
    asked_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(12), default="")  # it is written in; for the queue's filter
    language_by: Mapped[str] = mapped_column(String(12), default="")  # who said so; empty: its page, until we look
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of what a reader should look at twice
    is_urgent: Mapped[bool] = mapped_column(default=False)  # somebody may be in danger: read before all else
    not_by: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL")
    )  # who decided, or wrote it down
    needs_core: Mapped[bool] = mapped_column(default=False)  # only the core team decides: nobody else is left here
    handed_to: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # who was asked to
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # read it, and by whom
    handed_word: Mapped[str] = mapped_column(String(LONGEST_WORD), default="")  # what was said with it
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    claimed_until: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))  # empty: it waits; or WITHDRAWN
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    tells_at: Mapped[datetime | None]  # when the author is told; until then the decision can be undone
    told_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    note_language: Mapped[str] = mapped_column(String(12), default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # approved into this case; empty: into none
    merge_into: Mapped[int | None]  # the noun id of the twin, for MERGED
    photo_act: Mapped[str] = mapped_column(String(12), default="")  # "away" or "blurred"; empty: it stays as it is
    version: Mapped[int] = mapped_column(default=1)  # raised with each change; a decision names the one it saw


def may_decide(person: Person | None, item: Waiting, author_id: int | None) -> bool:
    """Moderators of its area, but nobody about their own, nor twice about the same."""
    return person is not None and why_not(person, item, author_id) is None


def why_not(person: Person, item: Waiting, author_id: int | None) -> Wording | None:
    """Why somebody may not decide it; None where they may."""
    if not people.may_moderate(person, item.area_id):
        return say("You may not do this here.")
    if person.id == author_id:
        return say("You wrote this yourself. Somebody else has to read it.")
    if person.id == item.not_by:
        return kinds[item.kind].not_by
    if item.needs_core and not person.has_role(Role.CORE, None):
        return say("The core team decides this, so that somebody else reads it than before.")
    return None


def open_in(area_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    """What waits in these areas; None: in all."""
    return [Waiting.decision.is_(None), *within(area_ids)]


def within(area_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if area_ids is None else [Waiting.area_id.in_(area_ids)]


def is_done(session: Session, change: Update) -> bool:
    """Whether a conditional UPDATE of one row found it in the state that it names."""
    quietly = change.returning(Waiting.id).execution_options(synchronize_session=False)
    return session.scalar(quietly) is not None
