"""Comments as pages show them: the oldest first, each with its replies below it, and what somebody wrote themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from .comments import MOST_NUMBER, Comment, State
from .people import Person

ON_A_PAGE = 50  # comments and replies


@dataclass
class Written:
    """A comment, or the place of one that is gone, with its replies."""

    number: int
    state: str
    text: str  # empty: it is gone
    language: str
    author_name: str  # empty: they gave none, or left
    at: datetime  # when it was first public
    is_changed: bool
    replies: list[Written] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One page of what is said on an idea or case."""

    threads: Sequence[Written]
    count: int  # public ones on all pages, replies included
    number: int
    last: int  # the number of the last page


def page(session: Session, kind: str, noun_id: int, number: int = 1) -> Page:
    """What is said, ON_A_PAGE on each page. One statement, on a later page two."""
    if not 1 <= number <= MOST_NUMBER // ON_A_PAGE:
        return Page([], 0, number, 0)
    rows = session.execute(_places(kind, noun_id).limit(ON_A_PAGE).offset(ON_A_PAGE * (number - 1))).all()
    cut_off = rows[0].parent_id if rows else None
    head = session.execute(_columns().where(Comment.id == cut_off)).all() if cut_off else []
    threads = _threads([*head, *rows])
    return Page(threads, rows[0].public, number, -(-rows[0].places // ON_A_PAGE)) if rows else Page([], 0, number, 0)


def of_person(session: Session, person: Person, kind: str = "", noun_id: int = 0, *, most: int = 100) -> list[Comment]:
    """What somebody wrote, on one thing where it is named, whatever its state; newest first."""
    query = select(Comment).where(Comment.author_id == person.id, Comment.state != State.TAKEN_BACK)
    if kind:
        query = query.where(Comment.kind == kind, Comment.noun_id == noun_id)
    return list(session.scalars(query.order_by(Comment.id.desc()).limit(most)))


def _columns(*more: ColumnElement[Any]) -> Select[Any]:
    """What may be shown: of one that is gone neither words nor name."""
    is_public = Comment.state == State.PUBLIC
    return select(
        Comment.id, Comment.parent_id, Comment.state, Comment.language, Comment.changed_at,
        case((is_public, Comment.text), else_="").label("text"),
        case((is_public, func.coalesce(Person.name, "")), else_="").label("name"),
        func.coalesce(Comment.public_at, Comment.created_at, type_=Comment.created_at.type).label("at"), *more,
    ).outerjoin(Person, Person.id == Comment.author_id)  # fmt: skip


def _places(kind: str, noun_id: int) -> Select[Any]:
    """Public ones, and those that are gone but were answered; each reply after its first comment."""
    reply = aliased(Comment)
    is_public = Comment.state == State.PUBLIC
    is_answered = exists().where(reply.parent_id == Comment.id, reply.state == State.PUBLIC)
    was_public = and_(Comment.state.in_((State.HIDDEN, State.TAKEN_BACK)), Comment.parent_id.is_(None))
    public = func.sum(case((is_public, 1), else_=0)).over().label("public")
    return (
        _columns(public, func.count().over().label("places"))
        .where(Comment.kind == kind, Comment.noun_id == noun_id, or_(is_public, and_(was_public, is_answered)))
        .order_by(func.coalesce(Comment.parent_id, Comment.id), Comment.id)
    )


def _threads(rows: Sequence[Any]) -> list[Written]:
    threads: dict[int, Written] = {}
    for row in rows:
        is_changed = row.changed_at is not None
        one = Written(row.id, row.state, row.text, row.language, row.name, row.at, is_changed)
        if row.parent_id in threads:
            threads[row.parent_id].replies.append(one)
        else:
            threads[row.id] = one
    return list(threads.values())
