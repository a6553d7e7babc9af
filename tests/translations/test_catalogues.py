"""Every text stands in every offered language, with its holes and all its plural forms."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from backend import languages
from backend.wording import translations
from translations.__main__ import PLURALS, extract

ROOT = Path(__file__).resolve().parent.parent.parent / "translations"
TAGS = [language.tag for language in languages.OFFERED if language.tag != "en"]
HOLE = re.compile(r"%\((\w+)\)[sd]")
# CLDR's categories in the order of the forms, for the numbers 0, 1, 2, 3, 11 and 100.
FORMS = {"sv": [1, 0, 1, 1, 1, 1], "ar": [0, 1, 2, 3, 4, 5]}


@cache
def catalogue(tag: str, domain: str) -> Catalog:
    with (ROOT / tag / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=tag)


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@cache
def extracted() -> dict[str, Catalog]:
    return extract()


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("domain", ["resident", "staff"])
def test_every_text_is_translated(tag: str, domain: str) -> None:
    book = catalogue(tag, domain)

    def is_said(message: Message) -> bool:
        found = book.get(message.id, message.context)
        return found is not None and all(texts(found))

    missing = [message.id for message in extracted()[domain] if message.id and not is_said(message)]

    assert not missing, "run `python -m translations`, then fill these in"


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("domain", ["resident", "staff"])
def test_no_hole_is_lost_or_invented(tag: str, domain: str) -> None:
    wrong = []
    for message in catalogue(tag, domain):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        wanted, forms = set(HOLE.findall(source)), texts(message)
        for text in forms:
            holes = set(HOLE.findall(text))
            # "One idea" may leave the number out; nothing else may be left out, and nothing be added.
            if holes - wanted or (wanted - holes) - ({"num", "number"} if len(forms) > 1 else set()):
                wrong.append((source, text))

    assert not wrong


@pytest.mark.parametrize("tag", TAGS)
def test_plural_forms_come_in_the_order_of_the_languages_own_rules(tag: str) -> None:
    forms = [translations(tag).plural(number) for number in (0, 1, 2, 3, 11, 100)]  # type: ignore[attr-defined]

    assert forms == FORMS[tag]
    assert max(forms) < PLURALS[tag][0]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("domain", ["resident", "staff"])
def test_nothing_is_guessed(tag: str, domain: str) -> None:
    assert not [message.id for message in catalogue(tag, domain) if message.fuzzy and message.id]


def test_arabic_keeps_to_latin_digits() -> None:
    arabic = "".join(text for domain in ("resident", "staff") for one in catalogue("ar", domain) for text in texts(one))

    assert not re.search("[٠-٩۰-۹]", arabic)
