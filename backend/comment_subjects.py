"""What comments are about: a published idea, a case, its problem and vision, or a note in its journal.

They are called by the title of the idea or the case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import cases, ideas, journal, texts
from .cases import Case
from .ideas import Idea
from .journal import Note
from .texts import Words

# What can be commented on, and where it is shown; problem and vision go by the number of their case.
ROOMS: Mapping[str, str] = {
    "idea": "ideas",
    "case": "cases",
    "problem": "cases",
    "vision": "cases",
    "note": "cases",
}
FOLLOWED: Mapping[str, str] = {"idea": "idea", "case": "case", "problem": "case", "vision": "case", "note": "case"}
OF_CASES = ("case", "problem", "vision")


@dataclass(frozen=True)
class Subject:
    """The public idea or case that is talked about, or what its team says."""

    kind: str
    number: int
    area_id: int
    author_id: int | None  # of an idea or a note
    title: Words
    followed: int  # the number of the idea or case whose followers hear what is said


def subject(session: Session, kind: str, number: int, *, language: str, area_id: int | None = None) -> Subject:
    """What can be talked about: a published idea or a case, in this area where one is named. Raises NotFound."""
    if kind in OF_CASES:
        case = cases.by_number(session, number, area_id=area_id)
        title = texts.read_one(session, case.texts_id, language)["title"]
        return Subject(kind, case.id, case.area_id, None, title, case.id)
    if kind == "note":
        return _note(session, journal.by_number(session, number, area_id=area_id), language)
    idea = ideas.by_number(session, number, area_id=area_id)
    if idea.state not in ideas.PUBLIC:
        raise ideas.not_here()
    return Subject(kind, idea.id, idea.area_id, idea.author_id, Words(idea.title, idea.language, True), idea.id)


def titles(session: Session, things: Collection[tuple[str, int]], language: str) -> dict[tuple[str, int], Words]:
    """{(kind, number): title}, whatever the state. Five statements at most, however many there are."""
    numbers = {kind: [number for its_kind, number in things if its_kind == kind] for kind in ROOMS}
    found: dict[tuple[str, int], Words] = {}
    if numbers["idea"]:
        query = select(Idea.id, Idea.title, Idea.language).where(Idea.id.in_(numbers["idea"]))
        found |= {("idea", row.id): Words(row.title, row.language, True) for row in session.execute(query)}
    of_cases = {number for kind in OF_CASES for number in numbers[kind]}
    if of_cases:
        rows = session.execute(select(Case.id, Case.texts_id).where(Case.id.in_(of_cases))).all()
        said = texts.read(session, [row.texts_id for row in rows], language)
        found |= {(kind, row.id): said[row.texts_id]["title"] for row in rows for kind in OF_CASES}
    return found | _of_notes(session, numbers["note"], language)


def _note(session: Session, note: Note, language: str) -> Subject:
    title = cases.texts_of(session, cases.by_number(session, note.case_id), language)["title"]
    return Subject("note", note.id, note.area_id, note.by_id, title, note.case_id)


def _of_notes(session: Session, numbers: Collection[int], language: str) -> dict[tuple[str, int], Words]:
    if not numbers:
        return {}
    query = select(Note.id, Case.texts_id).join(Case, Case.id == Note.case_id).where(Note.id.in_(numbers))
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return {("note", row.id): said[row.texts_id]["title"] for row in rows}
