from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import cases, lesson_edits, lesson_search, lessons
from backend.lesson_edits import Facts
from backend.lessons import Lesson, Sieve
from backend.people import Person
from tests.conftest import NOON
from tests.makers import karin, seved

TOLD = {
    "sv": {"title": "Soffan på torget", "tried": "Vi ställde ut en röd soffa.", "happened": "Kvällarna blev längre."},
    "ar": {"title": "أريكة في الساحة", "tried": "وضعنا أَرِيكة حمراء.", "happened": "طالت الأمسيات."},
}


@pytest.fixture
def lesson(session: Session) -> Lesson:
    area = seved(session)
    facts = Facts(kind="worked", stage=5)
    return lesson_edits.write(
        session, facts, area=area, case=None, by_language=TOLD, original="sv", by=karin(session, area), at=NOON
    )


def found(session: Session, query: str, language: str = "en") -> list[str]:
    """The languages in which the query was found."""
    words = tuple(lesson_search.words_of(query))
    return [one.found_in for one in lessons.page(session, language, Sieve(words=words)).lessons] if words else []


def test_a_lesson_is_found_in_any_of_its_languages_and_says_in_which(session: Session, lesson: Lesson) -> None:
    assert found(session, "röd soffa") == found(session, "ROD SOFF") == ["sv"]
    assert found(session, "اريكه", "sv") == ["ar"]
    assert found(session, "kvällar", "ar") == ["sv"]
    assert found(session, "soffa حمراء") == [], "the words stand in one text"
    assert found(session, "cykel") == []


@pytest.mark.parametrize(
    "query",
    [
        '"', '"soffa', "soffa AND", "AND OR NOT", "*", "soff*", "a-b", "%", "_", "%%__", "'; DROP TABLE lessons;--",
        "\\",
        "soffa\x00", "\x00", "\ud800", "NEAR(a b)", "{}", "x" * 5000, "a " * 5000, "\u202esoffa", "ﷺ", "()", "^", ":",
    ],
)  # fmt: skip
def test_a_query_is_text_and_nothing_else(session: Session, lesson: Lesson, query: str) -> None:
    words = lesson_search.words_of(query)

    assert len(words) <= lesson_search.MOST_WORDS
    assert found(session, query) in ([], ["sv"])
    assert (found(session, query) == ["sv"]) == all(word in "soffa" for word in words) & bool(words)


def test_what_is_changed_is_found_by_its_words_of_now(session: Session, lesson: Lesson) -> None:
    other = {"sv": {"title": "Bänken", "tried": "Vi satte en bänk där.", "happened": "Den står kvar."}, "ar": {}}
    lesson_edits.edit(
        session, lesson, Facts(kind="obstacle", stage=2), by_language=other, by=session.get_one(Person, lesson.by_id),
        at=NOON,
    )  # fmt: skip

    assert found(session, "soffa") == found(session, "حمراء") == []
    assert found(session, "banken") == ["sv"]


def test_a_lesson_that_was_taken_down_is_not_found(session: Session, lesson: Lesson) -> None:
    lesson_edits.hide(session, lesson, True)

    assert found(session, "soffa") == []


def test_one_word_in_common_is_no_likeness(session: Session, lesson: Lesson) -> None:
    case = a_case_about(session, lesson, "Soffor och annat")
    near = a_case_about(session, lesson, "En soffa på torget om kvällarna")

    assert lesson_search.like(session, case.texts_id, ("title",), 5) == []
    assert lesson_search.like(session, near.texts_id, ("title",), 5) == [lesson.id]


def a_case_about(session: Session, lesson: Lesson, title: str) -> cases.Case:
    return cases.open_case(
        session, area_id=lesson.area_id, by_language={"sv": {"title": title}}, original="sv", by=None, at=NOON
    )
