"""Who wins an election, by which rule, and each step on the way. It knows neither rows nor pages.

The rules are those of Pabulib. Ties in a file as published: equal shares take the lower cost, then the more votes,
as Pabulib's own checker does; whatever is equal then, and equal votes in the other rules, goes by the id, 2 before
11. The field leaves that to the order of the lines, mostly the same, which must decide nothing here. In our own rounds
all ties go by a published lot.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from . import approval, equal_shares
from .equal_shares import Purchase
from .pabulib import Broken, Election

Place = tuple[tuple[tuple[int, str], ...], str]  # where a project stands among its equals: the smallest comes first


class Rule(StrEnum):
    """What each elects of the projects that somebody ticked."""

    APPROVAL = "approval"  # the most ticks first, while the budget lasts; of costs of 1 and a budget of k, the best k
    GREEDY = "greedy"  # the most votes first, passing over what no longer fits
    GREEDY_NO_SKIP = "greedy-no-skip"  # the same, ending at the first that no longer fits
    EQUAL_SHARES = "equal-shares"  # cost utility and add1
    EQUAL_SHARES_COMPLETED = "equal-shares-completed"  # our own: then greedy with what is left, then the lot


class Phase(StrEnum):
    SHARES = "shares"  # those who named it shared its cost
    GREEDY = "greedy"  # it had the most votes
    LOT = "lot"  # another one had as many, and no longer fits after it


@dataclass(frozen=True)
class Step:
    """One project is elected; money in the currency's unit."""

    phase: Phase
    project: str
    cost: Fraction
    votes: Fraction  # ticks, or points where ballots give points
    left: Fraction  # of the budget, after this step
    equals: tuple[str, ...] = ()  # had as good a claim: in shares all of them, in greedy those that no longer fit
    by_place: bool = False  # nothing but the lot, or the id where there is none, told it from an equal
    purchase: Purchase | None = None  # who paid what, where the cost was shared


@dataclass(frozen=True)
class PassedOver:
    """A project whose turn came when it no longer fitted."""

    project: str
    cost: Fraction
    votes: Fraction
    left: Fraction  # of the budget, at its turn


@dataclass(frozen=True)
class Tally:
    rule: Rule
    budget: Fraction
    voters: int
    steps: tuple[Step, ...]  # in the order of election
    passed_over: tuple[PassedOver, ...] = ()
    endowment: Fraction | None = None  # of each voter, where the cost was shared

    @property
    def winners(self) -> tuple[str, ...]:
        """Ids, in the order of election."""
        return tuple(step.project for step in self.steps)

    @property
    def spent(self) -> Fraction:
        return sum((step.cost for step in self.steps), Fraction(0))


def count(election: Election, rule: Rule, *, lot: str = "") -> Tally:
    """Whom the rule elects. The order of ballots and of projects never matters.

    Raises Broken when the rule wants ballots that say yes and the election has others, ValueError when our own rule
    is given no lot.
    """
    if rule not in (Rule.GREEDY, Rule.GREEDY_NO_SKIP) and not election.is_approval:
        raise Broken(0, f"The rule {rule} counts ticks, and the vote_type of this file is {election.vote_type}.")
    if rule == Rule.EQUAL_SHARES_COMPLETED and not lot:
        raise ValueError("equal shares are completed with a lot")
    votes = _standing(election)
    steps: list[Step] = []
    passed_over: list[PassedOver] = []
    endowment = None
    if rule in (Rule.EQUAL_SHARES, Rule.EQUAL_SHARES_COMPLETED):
        endowment, steps = _shared(election, votes, lot)
    if rule != Rule.EQUAL_SHARES:
        passed_over = _greedy(election, votes, lot, steps, ends_early=rule == Rule.GREEDY_NO_SKIP)
    return Tally(rule, election.budget, len(election.votes), tuple(steps), tuple(passed_over), endowment)


def _standing(election: Election) -> dict[str, Fraction]:
    """{project: votes} of those that may be elected: named by somebody, not withdrawn, at or above the threshold."""
    ticks, scores = election.ticks(), election.scores()
    return {
        project.id: scores[project.id]
        for project in election.projects.values()
        if ticks[project.id] and scores[project.id] >= election.threshold and not project.is_withdrawn
    }


def _place(lot: str, project: str) -> Place:
    if lot:
        return (), approval.place_in_lot(lot, project)
    parts = (part.lstrip("0") if part.isdecimal() else part for part in re.findall(r"[0-9]+|[^0-9]+", project))
    return tuple((len(part) if part.isdecimal() else 0, part) for part in parts), project


def _shared(election: Election, votes: Mapping[str, Fraction], lot: str) -> tuple[Fraction, list[Step]]:
    costs = {project: election.projects[project].cost for project in votes}

    def claim(project: str) -> tuple[Fraction, ...]:
        """What tells equals apart before the place does."""
        return () if lot else (costs[project], -votes[project])

    def before(project: str) -> tuple[tuple[Fraction, ...], Place]:
        return claim(project), _place(lot, project)

    shares = equal_shares.share(election.budget, costs, (vote.choices for vote in election.votes), before)
    left, steps = election.budget, []
    for purchase in shares.purchases:
        project, equals = purchase.project, purchase.equals
        left -= costs[project]
        by_place = any(claim(other) == claim(project) for other in equals)
        steps.append(Step(Phase.SHARES, project, costs[project], votes[project], left, equals, by_place, purchase))
    return shares.endowment, steps


def _greedy(
    election: Election, votes: Mapping[str, Fraction], lot: str, steps: list[Step], *, ends_early: bool
) -> list[PassedOver]:
    """Adds steps to those that are there, and tells what was passed over."""
    left = election.budget - sum(step.cost for step in steps)
    waiting = sorted(
        votes.keys() - {step.project for step in steps}, key=lambda project: (-votes[project], _place(lot, project))
    )
    passed_over = []
    while waiting:
        project = waiting.pop(0)
        cost = election.projects[project].cost
        if cost > left:
            passed_over.append(PassedOver(project, cost, votes[project], left))
            if ends_early:
                break
            continue
        lost = _crowded_out(election, votes, project, waiting, left)
        left -= cost
        phase = Phase.LOT if lost and lot else Phase.GREEDY
        steps.append(Step(phase, project, cost, votes[project], left, lost, bool(lost)))
    return passed_over


def _crowded_out(
    election: Election, votes: Mapping[str, Fraction], project: str, waiting: list[str], left: Fraction
) -> tuple[str, ...]:
    """Those with as many votes that fit as long as the project is not elected, and not after it."""
    equals = itertools.takewhile(lambda other: votes[other] == votes[project], waiting)
    after = left - election.projects[project].cost
    return tuple(sorted(other for other in equals if after < election.projects[other].cost <= left))
