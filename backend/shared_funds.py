"""A round's small fund, shared by the Method of Equal Shares and told step by step.

The account is kept with the round, in plain numbers, so that pages can tell it and anybody can follow it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any

from . import tally
from .pabulib import Election, Project, Vote
from .tally import Rule, Step, Tally

Account = dict[str, Any]


def share_out(fund: int, costs: Mapping[int, int], ballots: Iterable[tuple[Collection[int], int]], lot: str) -> Account:
    """Who is paid, in order, and why. ballots are (choices, number of ballots that ticked just these); all kronor.

    {"voters", "fund", "endowment", "steps", "passed_over", "left", "result"}. Amounts that may be parts of a krona are
    written as "200/3". A step is {"project", "cost", "ticks", "phase", "equals"}, and {"price", "in_full",
    "with_the_rest", "rest"} where the shares paid it; its equals had as good a claim. Choices without a cost can't be
    paid, and their voters have a share all the same.
    """
    alike = [
        tuple(str(choice) for choice in sorted(choices) if choice in costs)
        for choices, number in ballots
        for _ in range(number)
    ]
    election = Election(
        budget=Fraction(fund),
        projects={str(number): Project(str(number), Fraction(cost)) for number, cost in costs.items()},
        votes=tuple(Vote(str(place), choices) for place, choices in enumerate(alike)),
    )
    return _account(tally.count(election, Rule.EQUAL_SHARES_COMPLETED, lot=lot), fund)


def _account(counted: Tally, fund: int) -> Account:
    return {
        "voters": counted.voters, "fund": fund, "endowment": str(counted.endowment or 0),
        "steps": [_step(step) for step in counted.steps],
        "passed_over": [
            {"project": int(one.project), "cost": int(one.cost), "ticks": int(one.votes), "left": int(one.left)}
            for one in counted.passed_over
        ],
        "left": fund - int(counted.spent), "result": [int(project) for project in counted.winners],
    }  # fmt: skip


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {
        "project": int(step.project), "cost": int(step.cost), "ticks": int(step.votes), "phase": str(step.phase),
        "equals": sorted(int(one) for one in step.equals),
    }  # fmt: skip
    if step.purchase is None:
        return told
    bought = step.purchase
    paid = {"price": str(bought.price), "in_full": bought.in_full, "with_the_rest": bought.with_the_rest}
    return {**told, **paid, "rest": str(bought.rest)}
