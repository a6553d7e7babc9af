"""Lessons, and what is told of method cards, can be reported; what is taken down comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, lesson_edits, method_uses, methods, reportable, texts
from .areas import Area
from .lessons import Lesson
from .method_uses import MethodUse
from .people import Person
from .reportable import Look, Reportable
from .waiting import Waiting
from .wording import say


def look_at_lessons(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """Those of an area: what the pre-study says of the whole city has no moderators."""
    query = (
        select(Lesson, Area.id, Person.language)
        .join(Area, Area.id == Lesson.area_id)
        .outerjoin(Person, Person.id == Lesson.by_id)
        .where(Lesson.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [lesson.texts_id for lesson, *_ in rows], language)
    return {
        one.id: Look(
            one.id, area_id, say("Lesson %(number)s", number=one.id), own["title"].text,
            "\n".join(str(own[name]) for name in ("text", "tried", "happened", "again") if own[name]),
            own["title"].language or language, addresses.lesson(language, one.id), not one.is_hidden, one.by_id,
            author_language=reads or "",
        )
        for one, area_id, reads in rows
        for own in (said[one.texts_id],)
    }  # fmt: skip


def look_at_uses(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(MethodUse, Person.language)
        .outerjoin(Person, Person.id == MethodUse.by_id)
        .where(MethodUse.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [use.texts_id for use, _ in rows], language)
    return {
        one.id: Look(
            one.id, one.area_id, say("What a case told of a method"), "", said[one.texts_id]["text"].text,
            said[one.texts_id]["text"].language or language,
            f"{addresses.method(language, one.method)}#use-{one.id}",
            not one.is_hidden and methods.is_there(one.method), one.by_id, author_language=reads or "",
        )
        for one, reads in rows
    }  # fmt: skip


def hide_lesson(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    lesson_edits.hide(session, session.get_one(Lesson, number), True)
    return {}


def show_lesson(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    lesson_edits.hide(session, session.get_one(Lesson, number), False)


def hide_use(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    method_uses.hide(session, session.get_one(MethodUse, number), True)
    return {}


def show_use(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    method_uses.hide(session, session.get_one(MethodUse, number), False)


reportable.offer("lesson", Reportable(look_at_lessons, hide_lesson, show_lesson))
reportable.offer("method_use", Reportable(look_at_uses, hide_use, show_use))
