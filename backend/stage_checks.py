"""What is usually there before a case leaves a stage. Nothing blocks: a case may move without any of it.

This hub knows no feature: each says with `usual` what it looks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from .wording import Wording

Look = Callable[[Session, int], bool]
_usual: dict[int, list[tuple[Wording, Look]]] = {}


@dataclass(frozen=True)
class Check:
    """One thing that is usually there, in words, and whether this case has it."""

    words: Wording
    is_there: bool


def usual(stage: int, words: Wording) -> Callable[[Look], Look]:
    """Registers a look at a case by its number, in one statement."""

    def register(look: Look) -> Look:
        _usual.setdefault(stage, []).append((words, look))
        return look

    return register


def of_case(session: Session, case_id: int, stage: int) -> list[Check]:
    """What is usually there at this stage, in the order in which the features come."""
    return [Check(words, look(session, case_id)) for words, look in _usual.get(stage, [])]
