"""Method cards: ways of working for each stage, a card each, in plain words (pre-study p. 13).

They are part of the product and stand in methods/*.toml, one file for each stage; what cases tell of them stands in
method_uses.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .cases import STAGES
from .errors import NotFound
from .languages import FIRST, direction_of
from .wording import say

FOLDER = Path(__file__).resolve().parent / "methods"


@dataclass(frozen=True)
class Told:
    """A card in one language, which need not be the reader's."""

    language: str
    title: str
    what_for: str
    time: str
    people: str
    needs: str
    steps: tuple[str, ...]
    tip: str

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@dataclass(frozen=True)
class Card:
    slug: str
    stage: int
    page: int | None  # of the pre-study, where it names the method or what the tip says
    by_language: Mapping[str, Told]

    def told(self, language: str) -> Told:
        """In the reader's language where it stands in it, else in the original."""
        return self.by_language.get(language) or self.by_language[FIRST.tag]


@cache
def every() -> tuple[Card, ...]:
    """All cards, by stage, in the order of their files."""
    rows = [row for path in sorted(FOLDER.glob("*.toml")) for row in tomllib.loads(path.read_text("utf-8"))["card"]]
    return tuple(sorted((_card(row) for row in rows), key=lambda card: card.stage))


def of_stage(stage: int) -> list[Card]:
    return [card for card in every() if card.stage == stage]


def by_stage() -> dict[int, list[Card]]:
    return {stage: of_stage(stage) for stage in STAGES}


def is_there(slug: str) -> bool:
    return any(card.slug == slug for card in every())


def by_slug(slug: str) -> Card:
    """Raises NotFound."""
    found = next((card for card in every() if card.slug == slug), None)
    if found is None:
        raise NotFound(say("There is no method card of this name."))
    return found


def _card(row: dict[str, Any]) -> Card:
    told = {
        tag: Told(tag, **{**said, "steps": tuple(said["steps"])}) for tag, said in row.items() if isinstance(said, dict)
    }
    return Card(row["slug"], row["stage"], row.get("page"), told)
