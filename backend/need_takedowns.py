"""How a need looks to whoever reports it, and how it is taken down and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, needs, reportable, texts
from .areas import Area
from .needs import Need
from .people import Person
from .reportable import Look, Reportable
from .waiting import Waiting
from .wording import say


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Need, Area.slug, Person.language)
        .join(Area, Area.id == Need.area_id)
        .outerjoin(Person, Person.id == Need.by_id)
        .where(Need.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [need.texts_id for need, _, _ in rows], language)
    return {
        need.id: Look(
            need.id, need.area_id, say("Need %(number)s", number=need.id), "", said[need.texts_id]["words"].text,
            said[need.texts_id]["words"].language or language, addresses.resources(language, slug, need.case_id),
            not need.is_hidden, need.by_id, author_language=reads or "",
        )
        for need, slug, reads in rows
    }  # fmt: skip


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    needs.hide(session, session.get_one(Need, number), True)
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    needs.hide(session, session.get_one(Need, number), False)


reportable.offer("need", Reportable(look_at, take_down, put_back, say("Your need was taken down")))
