"""Similar ideas: what is published already and may say the same as what somebody writes or a moderator reads.

The databases find candidates; here they are compared, so that the order is the same on both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import folding, search
from .ideas import PUBLIC, STATES, Idea
from .search import IdeaWords, Sought
from .wording import Wording

ENOUGH = 0.35  # likeness from which two ideas may be about the same
LEAST_SHARED = 4  # trigrams: one word in common is no likeness
# How much counts what only one of two texts says (Tversky): little for the longer, which says more anyway.
OF_SHORTER, OF_LONGER = 0.8, 0.15


@dataclass(frozen=True)
class Found:
    """A published idea, and how like it is: 0 to 1 in hundredths."""

    number: int
    area_id: int
    title: str
    language: str
    state: str
    supports: int
    likeness: float

    @property
    def state_words(self) -> Wording:
        return STATES[self.state]


def to_text(
    session: Session, text: str, *, area_id: int | None, most: int = 5, without: int | None = None
) -> list[Found]:
    """The published ideas most like text, of all areas, those of area_id first among equals; without this number.

    Three statements.
    """
    sought = search.candidates(session, text)
    if not sought.numbers:
        return []
    query = (
        select(
            Idea.id, Idea.area_id, Idea.title, Idea.language, Idea.state, Idea.supports, IdeaWords.folded,
        )
        .join(IdeaWords, IdeaWords.idea_id == Idea.id)
        .where(Idea.id.in_(sought.numbers), Idea.state.in_(PUBLIC), Idea.id != (without or 0))
    )  # fmt: skip
    found = [Found(*row[:6], likeness(sought, folding.trigrams(row[6]))) for row in session.execute(query)]
    like = [one for one in found if one.likeness >= ENOUGH]
    like.sort(key=lambda one: (-one.likeness, one.area_id != area_id, -one.supports, -one.number))
    return like[:most]


def likeness(sought: Sought, other: set[str]) -> float:
    """How much of what is sought another text says, or the other way round; a trigram counts the more, the rarer.

    The sums are exact, so that their order does not matter.
    """
    shared = sought.weights.keys() & other
    if len(shared) < min(LEAST_SHARED, len(sought.weights)):
        return 0.0
    both = math.fsum(sought.weights[trigram] for trigram in shared)
    usual = sought.whole / len(sought.weights)
    shorter, longer = sorted((sought.whole - both, usual * (len(other) - len(shared))))
    return round(both / (both + OF_SHORTER * shorter + OF_LONGER * longer), 2)
