"""The experience bank: what earlier programmes and cases taught, those that failed too (pre-study pp. 17-20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import texts
from .cases import STAGES
from .database import Base
from .errors import NotFound
from .texts import Said, Words
from .wording import Wording, say


class Kind(StrEnum):
    WORKED = "worked"
    OBSTACLE = "obstacle"


KINDS: Mapping[str, Wording] = {Kind.WORKED: say("It worked"), Kind.OBSTACLE: say("It stood in the way")}


class Lesson(Base):
    __tablename__ = "lessons"
    __table_args__ = (CheckConstraint("stage BETWEEN 1 AND 7", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)  # empty: from the whole city
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "title", "text", "programme"
    kind: Mapped[str] = mapped_column(String(20))
    stage: Mapped[int]  # the stage at which it helps
    programme: Mapped[str] = mapped_column(String(80), default="")  # its own name; "programme" says it to readers
    years: Mapped[str] = mapped_column(String(20), default="")
    page: Mapped[int | None]  # of the pre-study, where it comes from there
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    """A lesson with what it was learned from."""

    id: int
    said: Said
    kind: str
    stage: int
    own_name: str
    years: str
    page: int | None

    @property
    def kind_name(self) -> Wording:
        return KINDS[self.kind]

    @property
    def stage_name(self) -> Wording:
        return STAGES[self.stage].name

    @property
    def programme(self) -> Words:
        return self.said["programme"] or Words(self.own_name, "sv", True)


COLUMNS = (Lesson.id, Lesson.texts_id, Lesson.kind, Lesson.stage, Lesson.programme, Lesson.years, Lesson.page)


def of_kind(session: Session, language: str, *, stage: int | None = None, kind: str | None = None) -> list[Listed]:
    """The lessons for a stage and of a kind, all where none is named, by stage. Two statements."""
    query = select(*COLUMNS).order_by(Lesson.stage, Lesson.id)
    if stage is not None:
        query = query.where(Lesson.stage == stage)
    if kind is not None:
        query = query.where(Lesson.kind == kind)
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [Listed(row.id, said[row.texts_id], row.kind, row.stage, row.programme, row.years, row.page) for row in rows]


def for_stage(session: Session, stage: int, language: str, most: int = 3) -> list[Listed]:
    """The newest lessons that help at a stage."""
    return of_kind(session, language, stage=stage)[-most:][::-1]


def by_number(session: Session, number: int, language: str) -> Listed:
    """Raises NotFound."""
    row = session.execute(select(*COLUMNS).where(Lesson.id == number)).first() if number < 2**31 else None
    if row is None:
        raise NotFound(say("There is no lesson with this number."))
    said = texts.read_one(session, row.texts_id, language)
    return Listed(row.id, said, row.kind, row.stage, row.programme, row.years, row.page)
