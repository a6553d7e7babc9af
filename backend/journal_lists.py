"""The journal as pages and feeds show it: notes, moves along the line and endings, the latest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, func, literal, select, union_all
from sqlalchemy.orm import Session

from . import cases, texts
from .case_endings import Ending
from .case_moves import Move
from .comments import Comment, State
from .journal import Note
from .photos import Photo
from .texts import Words
from .wording import Wording, say

ON_A_PAGE = 20
LATEST = 5  # on the page of the case
MOST_PAGES = 10_000
NOTE, MOVE, ENDING = "note", "move", "ending"


@dataclass(frozen=True)
class Entry:
    """Something in the journal. Only notes have a writer, a photo and comments; of others `head` says what happened."""

    kind: str  # NOTE, MOVE or ENDING
    number: int  # among its kind
    at: datetime
    words: Words  # the note, the reason of a move, the word at an ending
    head: Wording | None = None
    by: str = ""  # empty: nobody is named
    changed_at: datetime | None = None
    photo: Photo | None = None
    comments: int = 0  # public ones


@dataclass(frozen=True)
class Page:
    entries: Sequence[Entry]
    count: int  # on all pages
    number: int
    last: int  # the number of the last page


def page(session: Session, case_id: int, language: str, number: int = 1, *, most: int = ON_A_PAGE) -> Page:
    """The entries of a case, most on each page. Six statements, however many there are."""
    if not 1 <= number <= MOST_PAGES:
        return Page([], 0, number, 0)
    both = _places(case_id).subquery()
    places = select(both, func.count().over().label("every")).order_by(both.c.at.desc(), both.c.kind, both.c.id.desc())
    rows = session.execute(places.limit(most).offset(most * (number - 1))).all()
    found = _entries(session, {kind: [row.id for row in rows if row.kind == kind] for kind in (NOTE, MOVE, ENDING)})
    said = texts.read(session, [entry.texts_id for entry in found.values() if entry.texts_id], language)
    told = _comments(session, [row.id for row in rows if row.kind == NOTE])
    entries = [_entry(found[row.kind, row.id], said, told) for row in rows]
    count = rows[0].every if rows else 0
    return Page(entries, count, number, -(-count // most))


def one(session: Session, note: Note, language: str) -> Entry:
    """A note on a page of its own. At most four statements."""
    found = _entries(session, {NOTE: [note.id], MOVE: [], ENDING: []})[NOTE, note.id]
    return _entry(found, texts.read(session, [note.texts_id], language), {})


# --- private parts ---


@dataclass(frozen=True)
class _Found:
    row: Any  # Note, Move or Ending
    kind: str
    texts_id: int | None
    photo: Photo | None = None


def _places(case_id: int) -> CompoundSelect[Any]:
    """(kind, id, at) of all that anybody may read."""
    shown = Note.case_id == case_id, Note.is_hidden.is_(False), Note.taken_back_at.is_(None)
    return union_all(
        select(literal(NOTE).label("kind"), Note.id.label("id"), Note.at.label("at")).where(*shown),
        select(literal(MOVE), Move.id, Move.at).where(Move.case_id == case_id),
        select(literal(ENDING), Ending.id, Ending.at).where(Ending.case_id == case_id),
    )


def _entries(session: Session, numbers: dict[str, list[int]]) -> dict[tuple[str, int], _Found]:
    found: dict[tuple[str, int], _Found] = {}
    if numbers[NOTE]:
        query = select(Note, Photo).outerjoin(Photo, Photo.id == Note.photo_id).where(Note.id.in_(numbers[NOTE]))
        found |= {(NOTE, row.id): _Found(row, NOTE, row.texts_id, photo) for row, photo in session.execute(query)}
    if numbers[MOVE]:
        moves = session.scalars(select(Move).where(Move.id.in_(numbers[MOVE])))
        found |= {(MOVE, row.id): _Found(row, MOVE, row.texts_id) for row in moves}
    if numbers[ENDING]:
        endings = session.scalars(select(Ending).where(Ending.id.in_(numbers[ENDING])))
        found |= {(ENDING, row.id): _Found(row, ENDING, row.texts_id) for row in endings}
    return found


def _comments(session: Session, numbers: Collection[int]) -> dict[int, int]:
    """{note: how many public comments}, where there are any."""
    if not numbers:
        return {}
    query = select(Comment.noun_id, func.count()).where(
        Comment.kind == "note", Comment.noun_id.in_(numbers), Comment.state == State.PUBLIC
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Comment.noun_id))}


def _entry(found: _Found, said: dict[int, texts.Said], told: dict[int, int]) -> Entry:
    row = found.row
    own = said.get(found.texts_id or 0, texts.Said())
    if found.kind == MOVE:
        return Entry(MOVE, row.id, row.at, own["why"], head=_moved(row))
    if found.kind == ENDING:
        head = say("The case is finished") if row.is_end else say("The case was opened again")
        return Entry(ENDING, row.id, row.at, own["word"], head=head)
    return Entry(
        NOTE, row.id, row.at, own["text"], by=row.by_name, changed_at=row.changed_at, photo=found.photo,
        comments=told.get(row.id, 0),
    )  # fmt: skip


def _moved(move: Move) -> Wording:
    holes = {"stop": move.to_stage, "name": cases.STAGES[move.to_stage].name}
    if move.to_stage < move.from_stage:
        return say("The case went back to stop %(stop)s of 7: %(name)s", **holes)
    return say("The case came to stop %(stop)s of 7: %(name)s", **holes)
