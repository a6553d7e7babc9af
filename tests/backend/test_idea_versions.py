"""Versions of an idea: what was new in each is found, and quickly."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.idea_versions import Part, difference


def told(parts: list[Part], *kinds: str) -> str:
    return "".join(part.text for part in parts if part.kind in kinds)


def test_a_difference_shows_the_words_that_are_new_and_gone() -> None:
    parts = difference("Light in the passage", "More light in the dark passage")

    assert [(part.kind, part.text.strip()) for part in parts] == [
        ("removed", "Light"), ("added", "More light"), ("same", "in the"), ("added", "dark"), ("same", "passage"),
    ]  # fmt: skip


WORDS = st.lists(st.sampled_from(["ljus", "gård", "ضوء", "a", "\n", " "]), max_size=40).map(" ".join)


@given(old=WORDS | st.text(), new=WORDS | st.text())
def test_both_texts_can_be_read_out_of_their_difference(old: str, new: str) -> None:
    parts = difference(old, new)

    assert told(parts, "same", "removed") == old
    assert told(parts, "same", "added") == new


@pytest.mark.parametrize("old, new", [("a " * 1060, "b a " * 530), ("a b " * 530, "b a c " * 350)])
def test_a_difference_of_the_longest_texts_takes_no_time(old: str, new: str) -> None:
    began = perf_counter()

    parts = difference(old, new)

    assert told(parts, "same", "added") == new
    assert perf_counter() - began < 1
