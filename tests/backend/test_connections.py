from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend import connections
from backend.cases import Listed, Stage
from backend.overview import Standing
from backend.texts import Words
from tests.conftest import NOON

NAMES = {number: f"Area {number}" for number in range(1, 60)}
TABLE = "Vi dukar ett långbord på torget varje torsdag och äter tillsammans"
BENCH = "Gatlyktorna slocknar tidigt och gångvägen mot stationen är mörk"


def a_standing(number: int, area: int, *, stage: int = 4, works: str = "", **more: Any) -> Standing:
    title = Words(f"Case {number}", "en", True)
    listed = Listed(number, area, title, title, title, stage, stage, is_finished=more.pop("is_finished", False))
    working = [Words(works, "sv", True)] if works else []
    return Standing(listed, NOON - timedelta(days=1), working=working, **more)


def why(*standings: Standing, said: dict[int, dict[str, str]] | None = None) -> list[list[str]]:
    found = connections.between(standings, said or {}, NAMES)
    return [[reason.into("en") for reason in one.reasons] for one in found]


def test_two_at_the_same_stop_could_meet() -> None:
    assert why(a_standing(1, 1), a_standing(2, 2)) == [["Both are at stop 4 of 7: Options to choose from."]]


def test_cases_of_one_area_know_each_other_and_so_do_those_that_came_from_each_other() -> None:
    assert why(a_standing(1, 1), a_standing(2, 1)) == []
    assert why(a_standing(1, 1), a_standing(2, 2, linked=frozenset({1}))) == []


def test_what_works_is_offered_to_who_still_looks() -> None:
    giver = a_standing(1, 1, stage=6, works="Långbordet")

    [reasons] = why(a_standing(2, 2, stage=5), giver)

    assert reasons == [
        "In \u2068Area 1\u2069 this works: \u2068Långbordet\u2069. The other still looks for a solution."
    ]


@pytest.mark.parametrize(
    "seeker",
    [
        a_standing(2, 2, stage=Stage.TEAM),
        a_standing(2, 2, stage=5, works="Eget"),
        a_standing(2, 2, stage=7),
        a_standing(2, 2, stage=5, is_finished=True),
    ],
)
def test_nobody_is_offered_what_they_do_not_look_for(seeker: Standing) -> None:
    assert why(a_standing(1, 1, stage=6, works="Långbordet"), seeker) == []


def test_similar_words_are_found_in_the_language_that_both_stand_in() -> None:
    one, other, third = a_standing(1, 1, stage=1), a_standing(2, 2, stage=3), a_standing(3, 3, stage=6)
    said = {
        1: {"sv": TABLE, "ar": "طاولة طويلة في الساحة"}, 2: {"sv": TABLE.replace("torsdag", "lördag")},
        3: {"sv": BENCH, "en": TABLE},
    }  # fmt: skip

    found = connections.between([one, other, third], said, NAMES)

    assert [(pair.first.case.id, pair.second.case.id) for pair in found] == [(1, 2)]
    assert found[0].reasons[0].into("en") == "They speak of similar things."


def test_arabic_texts_are_compared_without_their_vowel_signs() -> None:
    said = {1: {"ar": "طاولةٌ طويلةٌ في الساحة"}, 2: {"ar": "طاوله طويله في الساحه"}}

    assert why(a_standing(1, 1, stage=1), a_standing(2, 2, stage=3), said=said) == [["They speak of similar things."]]


def test_those_with_most_in_common_come_first_and_there_are_never_many() -> None:
    many = [a_standing(number, number) for number in range(1, 40)]
    said = {3: {"sv": TABLE}, 30: {"sv": TABLE}}

    found = connections.between(many, said, NAMES)

    assert len(found) == connections.MOST
    assert (found[0].first.case.id, found[0].second.case.id) == (3, 30)


def test_empty_texts_have_nothing_in_common() -> None:
    assert connections.likeness({"sv": set()}, {"sv": set()}) == 0
    assert connections.likeness({}, {"sv": {"abc"}}) == 0
