"""Who could be connected to whom: cases of different areas that are at the same stop, speak of similar things, or of
which one has what the other looks for. Nothing is decided by it; people of the core team read it and ring somebody up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from . import folding
from .cases import STAGES, Stage
from .days import isolated
from .overview import Standing
from .wording import Wording, say

MOST = 12  # pairs on the page; whoever meets twelve has a busy year
SIMILAR = 0.15  # of all trigrams of two texts, the part that both have; strangers have 0.05 to 0.13
LOOKING = (Stage.OPTIONS, Stage.PROTOTYPES)  # where a solution that works elsewhere helps most


@dataclass(frozen=True)
class Connection:
    """Two cases, and why somebody should tell the one of the other."""

    first: Standing
    second: Standing
    reasons: list[Wording]
    weight: float


def between(
    standings: Sequence[Standing], said: Mapping[int, Mapping[str, str]], names: Mapping[int, str]
) -> list[Connection]:
    """The MOST worthwhile pairs, the best first. said is {case: {language: title and summary}}, names {area: name}.

    A pair where one came from the other is left out: they know each other.
    """
    marks = {
        case: {tag: folding.trigrams(folding.fold(words)) for tag, words in texts.items()}
        for case, texts in said.items()
    }
    found = []
    for one, other in combinations(standings, 2):
        if one.case.area_id == other.case.area_id or _know_each_other(one, other):
            continue
        alike = likeness(marks.get(one.case.id, {}), marks.get(other.case.id, {}))
        reasons = _reasons(one, other, alike, names)
        if reasons:
            found.append(Connection(one, other, reasons, len(reasons) + alike))
    return sorted(found, key=lambda pair: (-pair.weight, pair.first.case.id, pair.second.case.id))[:MOST]


def likeness(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> float:
    """From 0 to 1: how much two texts share, in the language in which they share most."""
    shared = (_part(one[tag], other[tag]) for tag in one.keys() & other.keys())
    return max(shared, default=0.0)


def _part(one: set[str], other: set[str]) -> float:
    both = len(one | other)
    return len(one & other) / both if both else 0.0


def _know_each_other(one: Standing, other: Standing) -> bool:
    return one.case.id in other.linked or other.case.id in one.linked


def _reasons(one: Standing, other: Standing, alike: float, names: Mapping[int, str]) -> list[Wording]:
    found = [*_solution(one, other, names), *_solution(other, one, names)]
    if alike >= SIMILAR:
        found.append(say("They speak of similar things."))
    if one.case.stage == other.case.stage and not (one.case.is_finished or other.case.is_finished):
        stop, name = one.case.stage, STAGES[one.case.stage].name
        found.append(say("Both are at stop %(stop)s of 7: %(name)s.", stop=stop, name=name))
    return found


def _solution(giver: Standing, seeker: Standing, names: Mapping[int, str]) -> list[Wording]:
    """What works in one area is worth a look where people still choose or try."""
    is_looking = seeker.case.stage in LOOKING and not seeker.working and not seeker.case.is_finished
    if not (giver.working and is_looking and giver.case.stage >= seeker.case.stage):
        return []
    area, title = isolated(names[giver.case.area_id]), isolated(giver.working[0].text)
    return [say("In %(area)s this works: %(title)s. The other still looks for a solution.", area=area, title=title)]
