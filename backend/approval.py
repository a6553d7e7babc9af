"""Counting: each ballot ticks all that its voter would like to see; the most ticks go on, ties by a published lot.

Nothing here knows rows or people, so that anybody can count again with the same few lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping


def count(ballots: Iterable[tuple[Collection[int], int]], offered: Collection[int]) -> dict[int, int]:
    """{choice: ticks} out of (choices, number of ballots that ticked just these); all that was offered has a number."""
    ticks = dict.fromkeys(offered, 0)
    for choices, number in ballots:
        for choice in choices:
            ticks[choice] += number
    return ticks


def place_in_lot(lot: str, choice: int | str) -> str:
    """Where the lot puts a choice among its equals: SHA-256 of "lot|choice"; the smallest comes first."""
    return hashlib.sha256(f"{lot}|{choice}".encode()).hexdigest()


def seal(lot: str) -> str:
    """Shown from the opening, so that nobody can choose another lot once the ticks are known."""
    return hashlib.sha256(lot.encode()).hexdigest()


def ranked(ticks: Mapping[int, int], lot: str) -> list[int]:
    """The choices, most ticks first, equals in the order of the lot."""
    return sorted(ticks, key=lambda choice: (-ticks[choice], place_in_lot(lot, choice)))


def winners(ticks: Mapping[int, int], most: int, lot: str) -> set[int]:
    """The best `most`; what nobody ticked never goes on."""
    return {choice for choice in ranked(ticks, lot)[:most] if ticks[choice] > 0}


def had_tie(ticks: Mapping[int, int], most: int, lot: str) -> bool:
    """Whether the lot decided who goes on: the last that does and the first that does not have as many ticks."""
    order = ranked(ticks, lot)
    return 0 < most < len(order) and ticks[order[most - 1]] == ticks[order[most]] > 0
