"""What becomes of comments when an idea is merged with its twin, and when both stand alone again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from . import comments, ideas, revisions
from .comments import Comment


def move(session: Session, number: int, into: int) -> int:
    """An idea has become part of its twin: what was said beneath it stands there now. Returns how many moved."""
    area_id = ideas.by_number(session, into).area_id
    moved = update(Comment).where(Comment.kind == "idea", Comment.noun_id == number)
    values = {"noun_id": into, "area_id": area_id, "moved_from": Comment.moved_from + f"/{number}"}
    return _moved(session, moved.values(**values), number, into)


def move_back(session: Session, number: int, out_of: int) -> int:
    """The idea stands alone again: its comments come back, with what was answered to them meanwhile."""
    area_id, step = ideas.by_number(session, number).area_id, f"/{number}"
    came_from_it = Comment.moved_from.endswith(step)
    of_it = select(Comment.id).where(Comment.kind == "idea", Comment.noun_id == out_of, came_from_it)
    before = func.substr(Comment.moved_from, 1, func.length(Comment.moved_from) - len(step))
    back = update(Comment).where(Comment.id.in_(of_it) | Comment.parent_id.in_(of_it))
    stood = case((came_from_it, before), else_=Comment.moved_from)
    return _moved(session, back.values(noun_id=number, area_id=area_id, moved_from=stood), number, out_of)


def _moved(session: Session, moved: Any, *numbers: int) -> int:
    session.flush()
    found = session.scalars(moved.returning(Comment.id).execution_options(synchronize_session=False)).all()
    for number in found:
        if (known := session.identity_map.get(session.identity_key(Comment, number))) is not None:
            session.expire(known, ["noun_id", "area_id", "moved_from"])
    for area_id in sorted({ideas.by_number(session, number).area_id for number in numbers}):
        revisions.raise_(session, area_id, "ideas")
    comments.count(session, *numbers)
    return len(found)
