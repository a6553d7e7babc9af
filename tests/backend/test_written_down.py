from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import audit, ideas, moderation, written_down
from backend.areas import Area
from backend.errors import Conflict, NotAllowed, Refusal
from backend.ideas import Idea
from backend.moderation import Decision
from backend.people import Level, Person
from backend.waiting import Waiting
from tests.conftest import NOON
from tests.makers import ana, karin, lindangen, mira, seved


def a_told_idea(session: Session, area: Area, by: Person, **changed: Any) -> tuple[Idea, str]:
    values = {"text": "مقعد في الظل", "language": "ar", "name": "Umm Ali", "client_uuid": None, "at": NOON, **changed}
    return written_down.write_down(session, area=area, by=by, **values)


def test_it_is_somebodys_own_idea_and_waits_for_another_reader(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)

    idea, word = a_told_idea(session, area, by)

    author = session.get_one(Person, idea.author_id)
    assert (author.name, author.language, author.level) == ("Umm Ali", "ar", Level.GUEST)
    assert ideas.by_receipt(session, word) is idea
    item = session.scalars(select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == idea.id)).one()
    how = {"seen_version": item.version, "at": NOON, "undo_seconds": 0}
    with pytest.raises(NotAllowed, match="wrote this down yourself"):
        moderation.decide(session, item.id, Decision.APPROVED, by=by, **how)
    moderation.decide(session, item.id, Decision.APPROVED, by=mira(session, area), **how)


def test_only_staff_of_the_area_write_down(session: Session) -> None:
    area, other = seved(session), lindangen(session)

    for somebody in (ana(session, area), karin(session, other)):
        with pytest.raises(NotAllowed):
            a_told_idea(session, area, somebody)


def test_a_form_sent_twice_is_one_idea_with_a_new_receipt(session: Session) -> None:
    area = seved(session)
    by, key = karin(session, area), str(uuid4())

    first, old = a_told_idea(session, area, by, client_uuid=key)
    again, new = a_told_idea(session, area, by, client_uuid=key)

    assert again.id == first.id and old != new
    assert ideas.by_receipt(session, new).id == first.id
    assert session.scalar(select(func.count()).select_from(Idea)) == 1
    assert session.scalar(select(func.count()).where(Person.name == "Umm Ali")) == 1
    assert session.scalar(select(func.count()).where(audit.Act.act == "idea.written_down")) == 1
    with pytest.raises(Conflict):
        a_told_idea(session, area, by, client_uuid=key, text="Something else")


@pytest.mark.parametrize("wrong", [{"text": " "}, {"language": "tlh"}, {"name": "A\u202eB"}])
def test_what_is_wrong_is_said(session: Session, wrong: dict[str, str]) -> None:
    area = seved(session)

    with pytest.raises(Refusal):
        a_told_idea(session, area, karin(session, area), **wrong)
