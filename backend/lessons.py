"""The experience bank: what earlier programmes and cases taught, those that failed too (pre-study pp. 17-20).

How one is written and changed stands in lesson_edits.py, how its words are found in lesson_search.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, Text, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import lesson_search, lesson_tags, texts
from .cases import STAGES, Case
from .database import Base
from .errors import NotFound
from .lesson_search import LessonWords
from .lesson_tags import TAGS, LessonTag
from .texts import Said, Words
from .wording import Wording, say

ON_A_PAGE = 30
OF_STAGE = 3  # offered beside a case, as many as belong to its stage
ALIKE = 2  # and as many with similar words


class Kind(StrEnum):
    WORKED = "worked"
    OBSTACLE = "obstacle"


KINDS: Mapping[str, Wording] = {Kind.WORKED: say("It worked"), Kind.OBSTACLE: say("It stood in the way")}


class Lesson(Base):
    __tablename__ = "lessons"
    __table_args__ = (CheckConstraint("stage BETWEEN 1 AND 7", name="stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)  # empty: from the whole city
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # that taught it
    # "title", "tried", "happened", "again", "programme"; "text" is one short telling in place of the three
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    kind: Mapped[str] = mapped_column(String(20))
    stage: Mapped[int]  # the stage at which it helps
    programme: Mapped[str] = mapped_column(String(80), default="")  # its own name; "programme" says it to readers
    years: Mapped[str] = mapped_column(String(20), default="")
    page: Mapped[int | None]  # of the pre-study, where it comes from there
    links: Mapped[str] = mapped_column(Text, default="", server_default="")  # web addresses, one on each line
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64), default="", server_default="")  # to know a repeat
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Listed:
    """A lesson with what it was learned from; found_in is the language that a search found it in."""

    id: int
    said: Said
    kind: str
    stage: int
    own_name: str
    years: str
    page: int | None
    area_id: int | None
    case_id: int | None
    links: tuple[str, ...]
    changed_at: datetime | None
    is_example: bool
    tags: tuple[str, ...] = ()
    found_in: str = ""

    @property
    def kind_name(self) -> Wording:
        return KINDS[self.kind]

    @property
    def stage_name(self) -> Wording:
        return STAGES[self.stage].name

    @property
    def programme(self) -> Words:
        return self.said["programme"] or Words(self.own_name, "sv", True)

    @property
    def tag_names(self) -> list[tuple[str, Wording]]:
        return [(tag, TAGS[tag]) for tag in self.tags]

    @property
    def web(self) -> list[tuple[str, str]]:
        """(host, address) of each."""
        return [(urlsplit(link).hostname or "", link) for link in self.links]


@dataclass(frozen=True)
class Sieve:
    """Which lessons somebody looks for; empty: all. Words are as lesson_search.words_of gives them."""

    stage: int | None = None
    kind: str | None = None
    tag: str | None = None
    area_id: int | None = None
    words: tuple[str, ...] = ()

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [Lesson.is_hidden.is_(False)]
        asked: tuple[tuple[Any, Any], ...] = (
            (Lesson.stage, self.stage), (Lesson.kind, self.kind), (Lesson.area_id, self.area_id),
        )  # fmt: skip
        found += [column == value for column, value in asked if value is not None]
        if self.tag is not None:
            found.append(Lesson.id.in_(select(LessonTag.lesson_id).where(LessonTag.tag == self.tag)))
        if self.words:
            found.append(Lesson.id.in_(select(LessonWords.lesson_id).where(lesson_search.holding(self.words))))
        return found


ALL = Sieve()


@dataclass(frozen=True)
class Page:
    lessons: list[Listed]
    number: int
    last: int
    all: int  # that the sieve lets through


COLUMNS = (
    Lesson.id, Lesson.texts_id, Lesson.kind, Lesson.stage, Lesson.programme, Lesson.years, Lesson.page, Lesson.area_id,
    Lesson.case_id, Lesson.links, Lesson.changed_at, Lesson.is_example,
)  # fmt: skip


def page(session: Session, language: str, sieve: Sieve = ALL, number: int = 1) -> Page:
    """Lessons by stage; those that words were looked for in say where they stand. At most five statements."""
    conditions = sieve.conditions
    everything = session.scalar(select(func.count()).select_from(Lesson).where(*conditions)) or 0
    last = max(-(-everything // ON_A_PAGE), 1)
    number = min(max(number, 1), last)
    query = select(*COLUMNS).where(*conditions).order_by(Lesson.stage, Lesson.id)
    found = _listed(session, query.limit(ON_A_PAGE).offset((number - 1) * ON_A_PAGE), language)
    if sieve.words and found:
        said = lesson_search.languages_of(session, [one.id for one in found], list(sieve.words))
        found = [replace(one, found_in=_best(said.get(one.id, []), language)) for one in found]
    return Page(found, number, last, everything)


def for_case(session: Session, case: Case, stage: int, language: str) -> list[Listed]:
    """What helps a case at a stage: the newest lessons of that stage, then its own, then those with similar words.

    Five statements at most, however many lessons there are.
    """
    alike = lesson_search.like(session, case.texts_id, ("title", "summary"), OF_STAGE + ALIKE)
    shown = select(Lesson.id).where(Lesson.is_hidden.is_(False)).order_by(Lesson.id.desc()).limit(OF_STAGE)
    same, own = shown.where(Lesson.stage == stage), shown.where(Lesson.case_id == case.id)
    which = or_(*(Lesson.id.in_(ids.scalar_subquery()) for ids in (same, own)), Lesson.id.in_(alike))
    found = _listed(session, select(*COLUMNS).where(which, Lesson.is_hidden.is_(False)), language)
    first = [one for one in found if one.stage == stage or one.case_id == case.id]
    first.sort(key=lambda one: (one.stage != stage, one.case_id != case.id, -one.id))
    rest = sorted((one for one in found if one not in first), key=lambda one: alike.index(one.id))
    return [*first[: OF_STAGE + 1], *rest[:ALIKE]]


def by_number(session: Session, number: int, language: str) -> Listed:
    """Raises NotFound."""
    found = _listed(session, select(*COLUMNS).where(Lesson.id == row(session, number).id), language)
    return found[0]


def row(session: Session, number: int) -> Lesson:
    """The lesson itself, unless it was taken down. Raises NotFound."""
    found = session.get(Lesson, number) if number < 2**31 else None
    if found is None or found.is_hidden:
        raise NotFound(say("There is no lesson with this number."))
    return found


def _listed(session: Session, query: Any, language: str) -> list[Listed]:
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    tags = lesson_tags.of_lessons(session, [row.id for row in rows])
    return [
        Listed(
            row.id, said[row.texts_id], row.kind, row.stage, row.programme, row.years, row.page, row.area_id,
            row.case_id, tuple(row.links.split()), row.changed_at, row.is_example, tuple(tags[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def _best(tags: Sequence[str], language: str) -> str:
    """The reader's own language where the words stand in it too."""
    return language if language in tags or not tags else tags[0]
