from __future__ import annotations

import pytest

from backend import languages
from backend.wording import say, say_count


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (["ar-EG", "en"], "ar"),
        (["nb", "en"], "sv"),
        (["xx", "en-GB"], "en"),
        ([], "sv"),
        (["zz"], "sv"),
        (["AR_sy"], "ar"),
    ],
)
def test_the_first_wanted_language_that_is_offered_is_chosen(tags: list[str], chosen: str) -> None:
    assert languages.best(tags).tag == chosen


def test_an_unknown_language_reads_from_left_to_right() -> None:
    assert languages.direction_of("xx") == "ltr"


def test_a_wording_without_a_translation_is_said_in_english() -> None:
    assert say("Nobody has translated %(what)s.", what="this").into("ar") == "Nobody has translated this."


def test_a_wording_counts() -> None:
    assert say_count("%(number)s seat", "%(number)s seats", 3).into("en") == "3 seats"


def test_a_wording_within_a_wording_is_said_in_the_same_language() -> None:
    assert say("%(inner)s!", inner=say("Yes")).into("en") == "Yes!"
