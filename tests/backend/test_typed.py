from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import typed
from backend.errors import Refusal


def test_signs_that_hide_or_turn_text_are_dropped() -> None:
    assert typed.text("He\u202ello\x00 \ud800there\ufeff", field="text", most=50) == "Hello there"


def test_both_line_ends_mean_the_same() -> None:
    assert typed.text("one\r\ntwo\rthree", field="text", most=50) == "one\ntwo\nthree"


def test_too_long_says_by_how_much() -> None:
    with pytest.raises(Refusal) as refusal:
        typed.text("x" * 12, field="text", most=10)

    assert str(refusal.value.wording) == "This is 2 characters too long. It may have 10."
    assert refusal.value.field == "text"


@pytest.mark.parametrize("value", ["", " \n ", "\x00", None])
def test_nothing_is_not_a_text(value: str | None) -> None:
    with pytest.raises(Refusal):
        typed.text(value, field="text", most=10)


@pytest.mark.parametrize("value", ["7", "٧", "۷", " 7 "])
def test_numbers_are_read_in_three_scripts(value: str) -> None:
    assert typed.whole_number(value, field="n", least=1, most=9) == 7


@pytest.mark.parametrize("value", ["", "-1", "1.5", "0x7", "10", "9" * 5000, "²", "seven"])
def test_what_is_no_number_within_bounds_is_refused(value: str) -> None:
    with pytest.raises(Refusal):
        typed.whole_number(value, field="n", least=1, most=9)


@given(st.text())
def test_whatever_is_typed_is_kept_fit_for_a_database(value: str) -> None:
    kept = typed.text(value, field="text", most=100_000, needed=False)

    assert kept.encode("utf-8").count(b"\x00") == 0
