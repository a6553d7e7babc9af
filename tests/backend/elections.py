"""Elections for the tests of counting: written by hand, drawn at random, and the published ones beside the checkout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import strategies as some

from backend.pabulib import Election, Project, Vote

PUBLISHED = Path(__file__).resolve().parent.parent.parent.parent / "shared/pabulib"
LOTS = some.text("0123456789abcdef", min_size=1, max_size=8)


def published(name: str) -> Path:
    """A real election in the field's format; they are data, and no part of the product."""
    path = PUBLISHED / f"{name}.pb"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def an_election(budget: int | str, costs: Mapping[str, int | str], ballots: Iterable[str], **more: object) -> Election:
    """an_election(100, {"a": 60, "b": 40}, ["ab", "a"]): each letter of a ballot names a project."""
    projects = {name: Project(name, Fraction(cost)) for name, cost in costs.items()}
    votes = tuple(Vote(str(number), tuple(ballot)) for number, ballot in enumerate(ballots, 1))
    return Election(Fraction(budget), projects, votes, **more)  # type: ignore[arg-type]


@some.composite
def elections(draw: some.DrawFn) -> Election:
    """Few projects and voters, and costs that are often the same, so that ties are common."""
    names = "abcdef"[: draw(some.integers(1, 6))]
    cost = some.one_of(some.integers(1, 60), some.sampled_from((10, 20)), some.sampled_from(("7.5", "0.1")))
    costs = {name: draw(cost) for name in names}
    ballots = draw(some.lists(some.sets(some.sampled_from(names)).map("".join), max_size=12))
    return an_election(draw(some.integers(1, 150)), costs, ballots)
