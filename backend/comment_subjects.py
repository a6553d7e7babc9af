"""What comments are about: a published idea or a case, by its title."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import cases, ideas, texts
from .cases import Case
from .ideas import Idea
from .texts import Words

ROOMS: Mapping[str, str] = {"idea": "ideas", "case": "cases"}  # what can be commented on, and where it is shown


@dataclass(frozen=True)
class Subject:
    """The public idea or case that is talked about."""

    kind: str
    number: int
    area_id: int
    author_id: int | None  # of an idea
    title: Words


def subject(session: Session, kind: str, number: int, *, language: str, area_id: int | None = None) -> Subject:
    """What can be talked about: a published idea or a case, in this area where one is named. Raises NotFound."""
    if kind == "case":
        case = cases.by_number(session, number, area_id=area_id)
        title = texts.read_one(session, case.texts_id, language)["title"]
        return Subject(kind, case.id, case.area_id, None, title)
    idea = ideas.by_number(session, number, area_id=area_id)
    if idea.state not in ideas.PUBLIC:
        raise ideas.not_here()
    return Subject(kind, idea.id, idea.area_id, idea.author_id, Words(idea.title, idea.language, True))


def titles(session: Session, things: Collection[tuple[str, int]], language: str) -> dict[tuple[str, int], Words]:
    """{(kind, number): title}, whatever the state. Three statements, however many there are."""
    numbers = {kind: [number for its_kind, number in things if its_kind == kind] for kind in ROOMS}
    found: dict[tuple[str, int], Words] = {}
    if numbers["idea"]:
        query = select(Idea.id, Idea.title, Idea.language).where(Idea.id.in_(numbers["idea"]))
        found |= {("idea", row.id): Words(row.title, row.language, True) for row in session.execute(query)}
    if numbers["case"]:
        rows = session.execute(select(Case.id, Case.texts_id).where(Case.id.in_(numbers["case"]))).all()
        said = texts.read(session, [row.texts_id for row in rows], language)
        found |= {("case", row.id): said[row.texts_id]["title"] for row in rows}
    return found
