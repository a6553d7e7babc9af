"""The journal of a case: open, running notes, so that it evaluates itself as it goes (pre-study p. 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import revisions, teams, texts, typed
from .cases import Case, may_lead
from .database import Base
from .errors import NotAllowed
from .people import Person
from .texts import Words
from .wording import say

LATEST = 5  # notes on the case's page before "all notes"
LONGEST_NOTE = 600  # characters


class Note(Base):
    __tablename__ = "journal_notes"
    __table_args__ = (Index("ix_journal_notes_case", "case_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"
    by_name: Mapped[str] = mapped_column(String(60), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]


@dataclass(frozen=True)
class Written:
    """A note as the case's page shows it."""

    text: Words
    by: str
    at: datetime
    number: int = 0


def may_write(session: Session, person: Person | None, case: Case) -> bool:
    """Coordinators of the area, and everybody in the team."""
    return may_lead(person, case.area_id) or teams.is_member(session, case.id, person)


def add(session: Session, case: Case, *, text: str, language: str, by: Person, at: datetime) -> Note:
    """A note in its author's language, under the name that the team knows. NotAllowed, Refusal."""
    if not may_write(session, by, case):
        raise NotAllowed(say("Only the team writes in its journal."))
    clean = typed.text(text, field="text", most=LONGEST_NOTE)
    name = teams.name_of(session, case.id, by) or by.name
    said = texts.write(session, {language: {"text": clean}}, original=language)
    note = Note(case_id=case.id, area_id=case.area_id, texts_id=said.id, by_id=by.id, by_name=name, at=at)
    session.add(note)
    session.flush()
    revisions.raise_(session, case.area_id, "cases")
    return note


def latest(session: Session, case_id: int, language: str, most: int = LATEST) -> list[Written]:
    """The notes of a case, newest first. Two statements."""
    query = select(Note.texts_id, Note.by_name, Note.at, Note.id).where(*_shown(case_id))
    rows = session.execute(query.order_by(Note.at.desc(), Note.id.desc()).limit(most)).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [Written(said[row.texts_id]["text"], row.by_name, row.at, row.id) for row in rows]


def count(session: Session, case_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Note).where(*_shown(case_id))) or 0


def _shown(case_id: int) -> tuple[ColumnElement[bool], ...]:
    return Note.case_id == case_id, Note.is_hidden.is_(False)
