"""Ideas as pages list and show them: columns instead of objects, in one or two statements however many there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from . import texts
from .cases import Case
from .ideas import MOST_NUMBER, PUBLIC, STATES, Idea, not_here
from .people import Person
from .photos import Photo
from .texts import Words
from .wording import Wording

ON_A_PAGE = 30


@dataclass(frozen=True)
class ItsCase:
    """The case that an idea belongs to, as the idea shows it."""

    number: int
    title: Words
    stage: int
    furthest: int


@dataclass(frozen=True)
class Listed:
    """An idea as pages show it."""

    case: ItsCase | None
    number: int
    area_id: int
    title: str
    text: str
    language: str
    state: str
    supports: int
    comments: int
    created_at: datetime
    author_name: str  # empty: a guest without a name
    photo_key: str  # empty: no photo
    photo_width: int
    photo_height: int
    photo_alt: str
    photo_alt_language: str
    changed_at: datetime | None  # when another text took the place of a published one
    has_parts: bool  # other ideas that say the same have become part of it

    @property
    def state_words(self) -> Wording:
        return STATES[self.state]


def page(session: Session, area_id: int, number: int, *, language: str) -> tuple[list[Listed], int]:
    """The published ideas of one page (the first is 1), newest first, and how many there are on all. Two statements."""
    if not 1 <= number <= MOST_NUMBER // ON_A_PAGE:
        return [], 0
    return _list(session, *_public(area_id), language=language, most=ON_A_PAGE, after=ON_A_PAGE * (number - 1))


def latest(session: Session, area_id: int | None, most: int, *, language: str) -> list[Listed]:
    """The newest published ideas of an area, or of all. Two statements."""
    return _list(session, *_public(area_id), language=language, most=most)[0]


def one(session: Session, number: int, *, language: str) -> Listed:
    """One idea as its page shows it, whatever its state. Raises NotFound. Two statements."""
    found, _ = _list(session, Idea.id == min(number, MOST_NUMBER), language=language, most=1)
    if not found:
        raise not_here()
    return found[0]


def for_case(session: Session, case_id: int, *, language: str) -> list[Listed]:
    """The published ideas that a case was made of."""
    return _list(session, Idea.case_id == case_id, Idea.state.in_(PUBLIC), language=language, most=200)[0]


def of_author(session: Session, person_id: int, *, language: str) -> list[Listed]:
    """All that somebody wrote, newest first, waiting and not published ones too."""
    return _list(session, Idea.author_id == person_id, language=language, most=200)[0]


def of_numbers(session: Session, numbers: Collection[int], *, language: str) -> list[Listed]:
    """Those of these ideas that are published, newest first. Two statements."""
    return _list(session, Idea.id.in_(numbers), Idea.state.in_(PUBLIC), language=language, most=200)[0]


def count(session: Session, area_id: int | None = None) -> int:
    """How many are published, in the area or in all."""
    return session.scalar(select(func.count()).select_from(Idea).where(*_public(area_id))) or 0


# --- private parts ---


def _public(area_id: int | None) -> list[ColumnElement[bool]]:
    return [Idea.state.in_(PUBLIC), *([Idea.area_id == area_id] if area_id is not None else [])]


def _list(
    session: Session, *where: ColumnElement[bool], language: str, most: int, after: int = 0
) -> tuple[list[Listed], int]:
    """Newest first, with the count of all; columns, since objects would cost more than the page that shows them."""
    merged = aliased(Idea)
    parts = exists().where(merged.merged_into == Idea.id)
    query = (
        select(
            Idea.id, Idea.area_id, Idea.title, Idea.text, Idea.language, Idea.state, Idea.supports, Idea.comments,
            Idea.created_at, func.coalesce(Person.name, ""), func.coalesce(Photo.key, ""), Photo.width, Photo.height,
            Photo.alt, Photo.alt_language, Idea.changed_at, parts,
            Case.id, Case.texts_id, Case.stage, Case.furthest, func.count().over(),
        )
        .outerjoin(Person, Person.id == Idea.author_id)
        .outerjoin(Photo, Photo.id == Idea.photo_id)
        .outerjoin(Case, Case.id == Idea.case_id)
        .where(*where)
        .order_by(Idea.id.desc())
        .limit(most)
        .offset(after)
    )  # fmt: skip
    rows = session.execute(query).all()
    said = texts.read(session, {row[18] for row in rows if row[18]}, language)
    return [_listed(tuple(row), said) for row in rows], rows[0][21] if rows else 0


def _listed(columns: tuple[Any, ...], said: Mapping[int, texts.Said]) -> Listed:
    case_id, texts_id, stage, furthest = columns[17:21]
    its_case = ItsCase(case_id, said[texts_id]["title"], stage, furthest) if case_id else None
    return Listed(its_case, *columns[:17])
