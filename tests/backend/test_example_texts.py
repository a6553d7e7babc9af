"""The example's texts: complete in three languages, short, our own, and in agreement.

They are pure data, so nothing here needs a database. The pre-study that their facts come
from is no part of the project; where it lies beside it, its sentences are looked for.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = {"sv", "en", "ar"}
LONGEST_SENTENCE = 12  # words, on residents' pages
LONGEST_LOAN = 7  # words in a row that may also stand in the pre-study
PRE_STUDY = next(ROOT.parent.glob("*/seed/slutrapport-forstudie-innovationsforum.txt"), None)

SECTORS = {"resident", "association", "business", "university", "city", "third_sector"}
PICTURES = {"table", "stall", "sofa", "passage", "wash", "call", "busstop", "window"}
PROTOTYPE_STATES = {"planned", "tried", "changed", "works", "stopped"}
IDEA_STATES = {"received", "read", "in_case", "tested", "done"}
LINES = {"brick", "leaf", "rose", "violet", "river"}
MARKS = {"sprout", "lime", "rose", "hills", "river"}


def read(noun: str) -> list[dict[str, Any]]:
    """The rows of one file, in its order."""
    with (ROOT / "backend" / "example" / f"{noun}s.toml").open("rb") as file:
        rows: list[dict[str, Any]] = tomllib.load(file)[noun]
    return rows


AREAS, CASES, IDEAS = read("area"), read("case"), read("idea")
MEETINGS, LESSONS = read("meeting"), read("lesson")
OPTIONS, TRIALS = read("option"), read("trial")
PROTOTYPES = [prototype for case in CASES for prototype in case["prototypes"]]
SLUGS = {area["slug"] for area in AREAS}


def by_language(value: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, texts by language) pairs, however deep they lie."""
    if isinstance(value, dict):
        if LANGUAGES & value.keys():
            yield where, value
        else:
            for key, inner in value.items():
                yield from by_language(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            name = inner.get("key", inner.get("slug", "")) if isinstance(inner, dict) else ""
            yield from by_language(inner, f"{where}[{name}]")


ALL = {"areas": AREAS, "cases": CASES, "meetings": MEETINGS, "lessons": LESSONS, "options": OPTIONS, "trials": TRIALS}
TRANSLATED = list(by_language(ALL, "example"))


def said(texts: dict[str, Any], language: str) -> list[str]:
    """What stands in one language: one text, or the lines of a short list."""
    value = texts[language]
    return value if isinstance(value, list) else [value]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_every_text_stands_in_all_three_languages() -> None:
    for where, texts in TRANSLATED:
        assert texts.keys() == LANGUAGES, f"{where} stands in {sorted(texts)} only"
        assert len({len(said(texts, language)) for language in LANGUAGES}) == 1, where


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_is_empty(language: str) -> None:
    for where, texts in TRANSLATED:
        for text in said(texts, language):
            assert text.strip() == text != "", f"{where} is empty or padded in {language}"


def test_arabic_is_written_in_arabic_and_the_others_are_not() -> None:
    arabic = re.compile(r"[\u0600-\u06ff]")

    for where, texts in TRANSLATED:
        for language in LANGUAGES:
            for text in said(texts, language):
                assert bool(arabic.search(text)) == (language == "ar"), f"{where}, {language}"


def test_sentences_are_short() -> None:
    for where, texts in TRANSLATED:
        for language in LANGUAGES:
            for text in said(texts, language):
                for sentence in re.split(r"(?<=[.?!؟])\s+", text):
                    assert len(sentence.split()) <= LONGEST_SENTENCE, f"{where}: {sentence}"


def test_areas_have_a_line_of_their_own() -> None:
    slugs = [area["slug"] for area in AREAS]

    assert slugs == ["herrgarden", "holma-kroksback", "lindangen", "seved", "segevang"]
    assert {area["line"] for area in AREAS} == LINES
    assert {area["mark"] for area in AREAS} == MARKS
    assert [area["position"] for area in AREAS] == [1, 2, 3, 4, 5]
    assert all(area["meeting_place"]["is_sample"] for area in AREAS)


def test_cases_stand_within_the_seven_stages_and_tell_of_each_they_reached() -> None:
    for case in CASES:
        reached = [stage["stage"] for stage in case["stages"]]

        assert 1 <= case["stage"] <= case["furthest"] <= 7, case["key"]
        assert sorted([*reached, case["stage"]]) == list(range(1, case["furthest"] + 1))


def test_one_case_went_back_a_stage() -> None:
    assert [c["key"] for c in CASES if c["stage"] < c["furthest"]] == ["lindangens-centrum"]


def test_journals_are_written_by_members_of_the_team() -> None:
    for case in CASES:
        names = {member["name"] for member in case["team"]}

        assert {note["by"] for note in case["journal"]} <= names, case["key"]
        assert {member["sector"] for member in case["team"]} <= SECTORS, case["key"]
        assert any(member["is_ambassador"] for member in case["team"]), case["key"]


def test_prototypes_say_what_was_seen_once_they_were_tried() -> None:
    for prototype in PROTOTYPES:
        was_tried = prototype["state"] != "planned"

        assert prototype["state"] in PROTOTYPE_STATES, prototype["key"]
        assert prototype["picture"] in PICTURES, prototype["key"]
        assert ("seen" in prototype, "next" in prototype) == (was_tried, was_tried)
        assert len(prototype["lines"]["sv"]) == 2, prototype["key"]
        assert {"title", "tries", "risk", "stop_when"} <= prototype.keys(), prototype["key"]


def test_young_adults_in_seved_are_voting_on_three_prototypes() -> None:
    [voting] = [case for case in CASES if "round" in case]

    assert voting["title"]["sv"] == "Unga vuxna i Seved"
    assert (voting["area"], voting["stage"], len(voting["prototypes"])) == ("seved", 5, 3)
    assert voting["round"]["closes_in_days"] > 0
    assert voting["round"]["winners"] < len(voting["prototypes"])


def test_every_area_has_ideas_and_three_of_seveds_wait() -> None:
    waiting = [idea for idea in IDEAS if idea["status"] == "received"]

    assert {idea["area"] for idea in IDEAS} == SLUGS
    assert [idea["hours_waiting"] for idea in waiting] == [3, 26, 52]
    assert {(idea["area"], idea["supports"]) for idea in waiting} == {("seved", 0)}


def test_ideas_name_a_case_of_their_own_area_when_they_are_part_of_one() -> None:
    case_areas = {case["key"]: case["area"] for case in CASES}

    for idea in IDEAS:
        assert idea["status"] in IDEA_STATES, idea["key"]
        assert ("case" in idea) or idea["status"] != "in_case", idea["key"]
        assert case_areas.get(idea.get("case"), idea["area"]) == idea["area"], idea["key"]
        assert len(idea["text"].splitlines()) > 1, f"{idea['key']} has a title only"


def test_meetings_come_in_every_area_and_the_past_ones_say_what_came_out() -> None:
    case_areas = {case["key"]: case["area"] for case in CASES}

    assert {meeting["area"] for meeting in MEETINGS if meeting["in_days"] > 0} == SLUGS
    for meeting in MEETINGS:
        assert case_areas.get(meeting.get("case"), meeting["area"]) == meeting["area"]
        assert ("outcome" in meeting) == (meeting["in_days"] < 0), meeting["key"]
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", meeting["time"]), meeting["key"]


def test_lessons_name_their_page_and_the_stage_they_help_at() -> None:
    for lesson in LESSONS:
        assert lesson["kind"] in {"worked", "obstacle"}, lesson["key"]
        assert 2 <= lesson["page"] <= 20, lesson["key"]
    assert {lesson["stage"] for lesson in LESSONS} == set(range(1, 8))


@pytest.mark.parametrize("rows", [CASES, IDEAS, MEETINGS, LESSONS, PROTOTYPES, OPTIONS, TRIALS])
def test_keys_are_given_once(rows: list[dict[str, Any]]) -> None:
    keys = [row["key"] for row in rows]

    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


if PRE_STUDY is not None:
    SOURCE = words(PRE_STUDY.read_text(encoding="utf-8"))
    LOANS = {tuple(SOURCE[at : at + LONGEST_LOAN + 1]) for at in range(len(SOURCE))}

    def test_no_sentence_is_copied_from_the_pre_study() -> None:
        for where, texts in TRANSLATED:
            for text in said(texts, "sv"):
                own = words(text)
                for at in range(len(own) - LONGEST_LOAN):
                    run = tuple(own[at : at + LONGEST_LOAN + 1])
                    assert run not in LOANS, f"{where} repeats: {' '.join(run)}"
