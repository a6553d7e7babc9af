from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import lessons
from backend.errors import NotFound
from tests.makers import a_lesson


def test_lessons_are_found_by_stage_and_kind(session: Session) -> None:
    worked, obstacle = a_lesson(session, kind="worked", stage=2), a_lesson(session, kind="obstacle", stage=2)
    later = a_lesson(session, kind="worked", stage=5)

    found = {
        (stage, kind): [one.id for one in lessons.of_kind(session, "en", stage=stage, kind=kind)]
        for stage, kind in ((None, None), (2, None), (None, "worked"), (2, "obstacle"), (7, None))
    }

    assert found[None, None] == [worked.id, obstacle.id, later.id]
    assert found[2, None] == [worked.id, obstacle.id]
    assert found[None, "worked"] == [worked.id, later.id]
    assert found[2, "obstacle"] == [obstacle.id]
    assert found[7, None] == []


def test_a_stage_shows_its_newest_lessons(session: Session) -> None:
    made = [a_lesson(session, stage=3).id for _ in range(5)]

    assert [one.id for one in lessons.for_stage(session, 3, "sv", most=2)] == [made[4], made[3]]


def test_a_lesson_says_its_kind_and_stage_in_words(session: Session) -> None:
    found = lessons.by_number(session, a_lesson(session, kind="obstacle", stage=3).id, "sv")

    assert str(found.kind_name) == "It stood in the way"
    assert str(found.stage_name) == "Problem and vision"
    assert str(found.programme) == "Blommanpengarna"


def test_a_lesson_that_is_not_there_is_not_found(session: Session) -> None:
    for number in (1, 2**40):
        with pytest.raises(NotFound):
            lessons.by_number(session, number, "sv")
