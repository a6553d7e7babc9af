"""Text is folded alike, however somebody writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.folding import fold, trigrams


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gårdar, ÄNGAR & öar!", "gardar angar oar"),
        ("Straße", "STRASSE"),
        ("Łódź İzmir ırmak", "lodz izmir irmak"),
        ("إِنَارَة الأَحْيَاء", "اناره الاحياء"),
        ("مكتبــــة على آخر", "مكتبه علي اخر"),
        ("یک کتاب", "يك كتاب"),
        ("می\u200cخواهم", "ميخواهم"),
        ("٠٧٠ ۱۲۳", "070 123"),
        ("ﬁka ½ ｆｕｌｌ", "fika 1 2 full"),
        ("don't a-b", "don t a b"),
    ],
)
def test_what_readers_take_for_the_same_is_folded_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_only_letters_digits_and_single_spaces_are_left(text: str) -> None:
    folded = fold(text)

    assert all(sign.isalnum() or sign == " " for sign in folded)
    assert folded == " ".join(folded.split())


@given(st.text())
def test_trigrams_are_three_signs_of_the_text(text: str) -> None:
    folded = fold(text)

    assert all(len(one) == 3 and one in folded and " " not in one for one in trigrams(folded))
