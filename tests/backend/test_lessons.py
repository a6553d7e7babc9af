from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from backend import cases, lesson_tags, lessons
from backend.errors import NotFound
from backend.lessons import Sieve
from tests.conftest import NOON
from tests.makers import a_lesson, seved


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent while it lasts."""
    seen: list[str] = []

    def listen(*told: Any) -> None:
        seen.append(told[2])

    event.listen(engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine, "before_cursor_execute", listen)


def test_lessons_are_found_by_stage_kind_tag_and_area(session: Session) -> None:
    area = seved(session)
    worked, obstacle = a_lesson(session, kind="worked", stage=2), a_lesson(session, kind="obstacle", stage=2)
    later, hidden = a_lesson(session, kind="worked", stage=5), a_lesson(session, stage=2)
    later.area_id, hidden.is_hidden = area.id, True
    lesson_tags.write(session, obstacle.id, ["hurry"])

    def found(**looked_for: Any) -> list[int]:
        return [one.id for one in lessons.page(session, "en", Sieve(**looked_for)).lessons]

    assert found() == [worked.id, obstacle.id, later.id]
    assert found(stage=2) == [worked.id, obstacle.id]
    assert found(kind="worked") == [worked.id, later.id]
    assert found(stage=2, kind="obstacle") == found(tag="hurry") == [obstacle.id]
    assert found(area_id=area.id) == [later.id]
    assert found(stage=7) == []


def test_many_lessons_stand_on_several_pages_in_a_fixed_number_of_statements(session: Session, engine: Engine) -> None:
    for _ in range(lessons.ON_A_PAGE + 1):
        a_lesson(session)

    with counted(engine) as statements:
        first = lessons.page(session, "en", Sieve(words=("berors",)))
    last = lessons.page(session, "en", number=9)

    assert len(statements) <= 5
    assert (len(first.lessons), first.last, first.all) == (lessons.ON_A_PAGE, 2, lessons.ON_A_PAGE + 1)
    assert (len(last.lessons), last.number) == (1, 2)


def test_a_case_is_offered_lessons_of_its_stage_first_then_those_with_similar_words(
    session: Session, engine: Engine
) -> None:
    area = seved(session)
    said = {"sv": {"title": "Unga vuxna i Seved", "summary": "Många unga saknar ett uppvärmt vardagsrum på kvällen."}}
    case = cases.open_case(session, area_id=area.id, by_language=said, original="sv", by=None, at=NOON, stage=3)
    alike = a_lesson(session, stage=6, text="Ett uppvärmt vardagsrum höll öppet på kvällar.")
    other = a_lesson(session, stage=6, text="Bussen kom för sent.")
    same = [a_lesson(session, stage=3) for _ in range(5)]

    with counted(engine) as statements:
        found = [one.id for one in lessons.for_case(session, case, 3, "ar")]

    assert found == [same[4].id, same[3].id, same[2].id, alike.id]
    assert other.id not in found
    assert len(statements) <= 5


def test_a_lesson_says_its_kind_and_stage_in_words(session: Session) -> None:
    found = lessons.by_number(session, a_lesson(session, kind="obstacle", stage=3).id, "sv")

    assert str(found.kind_name) == "It stood in the way"
    assert str(found.stage_name) == "Problem and vision"
    assert str(found.programme) == "Blommanpengarna"


def test_a_lesson_that_is_not_there_is_not_found(session: Session) -> None:
    for number in (1, 2**40):
        with pytest.raises(NotFound):
            lessons.by_number(session, number, "sv")
