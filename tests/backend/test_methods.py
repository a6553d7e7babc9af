from __future__ import annotations

import re

import pytest

from backend import languages, methods
from backend.cases import STAGES
from backend.errors import NotFound
from backend.methods import Card, Told
from tests.backend.test_example_texts import LONGEST_SENTENCE

CARDS = methods.every()


def test_every_stage_has_two_or_three_cards_with_names_of_their_own() -> None:
    assert all(2 <= len(cards) <= 3 for cards in methods.by_stage().values())
    assert len({card.slug for card in CARDS}) == len(CARDS)
    assert set(methods.by_stage()) == set(STAGES)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.slug)
def test_a_card_stands_whole_in_each_language_and_says_the_same_there(card: Card) -> None:
    assert set(card.by_language) == set(languages.BY_TAG)
    assert len({len(told.steps) for told in card.by_language.values()}) == 1
    assert card.page is None or 2 <= card.page <= 20
    for told in card.by_language.values():
        assert 3 <= len(told.steps) <= 6
        for text in parts(told):
            assert text == text.strip() != ""
            assert bool(re.search("[\u0600-\u06ff]", text)) == (told.language == "ar"), text
            for sentence in re.split(r"(?<=[.?!؟:])\s+", text):
                assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


def parts(told: Told) -> list[str]:
    return [told.title, told.what_for, told.time, told.people, told.needs, *told.steps, told.tip]


def test_a_card_is_told_in_the_original_where_the_readers_language_is_missing() -> None:
    assert methods.by_slug("diary").told("ar").direction == "rtl"
    assert methods.by_slug("diary").told("so").language == "sv"
    with pytest.raises(NotFound):
        methods.by_slug("magic")
