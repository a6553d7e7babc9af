"""`./run tally FILE.pb`: counts a Pabulib file and says who is elected, step by step, in words or as JSON."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import pabulib, tally
from .pabulib import Election
from .tally import Rule, Step, Tally


class NotCounted(Exception):
    """The file can't be read or counted; says which and why, in one line."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.pb")
    parser.add_argument("--rule", choices=[rule.value for rule in Rule], required=True)
    parser.add_argument("--lot", default="", metavar="HEX", help="the published lot, where ties go by one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def answer(path: Path, rule: Rule, *, lot: str = "", as_json: bool = False) -> str:
    """What the command prints. Raises NotCounted."""
    if rule == Rule.EQUAL_SHARES_COMPLETED and not lot:
        raise NotCounted(f"--rule {rule} needs the lot that was published: --lot HEX")
    try:
        election = pabulib.read(path)
        counted = tally.count(election, rule, lot=lot)
    except OSError as error:
        raise NotCounted(f"{path} can't be read: {error.strerror}.") from error
    except pabulib.Broken as broken:
        raise NotCounted(f"{path} can't be counted. {broken}") from broken
    if as_json:
        return json.dumps(_as_json(election, counted))
    return "\n".join([*election.notes, *_told(election, counted)])


def _as_json(election: Election, counted: Tally) -> dict[str, Any]:
    """Counted in exact numbers; what is no whole number is shown with six decimals."""
    found: dict[str, Any] = {
        "winners": list(counted.winners), "rule": counted.rule, "budget": _number(counted.budget),
        "spent": _number(counted.spent), "voters": counted.voters,
    }  # fmt: skip
    if counted.endowment is not None:
        found["endowment"] = _number(counted.endowment)
    found["steps"] = [_step_as_json(step) for step in counted.steps]
    found["passed_over"] = [
        {"project": one.project, "cost": _number(one.cost), "votes": _number(one.votes), "left": _number(one.left)}
        for one in counted.passed_over
    ]
    return found | {"notes": list(election.notes)}


def _step_as_json(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {
        "project": step.project, "phase": step.phase, "cost": _number(step.cost), "votes": _number(step.votes),
        "left": _number(step.left), "equals": list(step.equals), "by_place": step.by_place,
    }  # fmt: skip
    if step.purchase:
        told |= {
            "effective_votes": _number(step.purchase.effective_votes), "price": _number(step.purchase.price),
            "in_full": step.purchase.in_full, "with_the_rest": step.purchase.with_the_rest,
            "rest": _number(step.purchase.rest),
        }  # fmt: skip
    return told


def _told(election: Election, counted: Tally) -> list[str]:
    projects = election.projects
    lines = [f"{len(projects)} projects, {counted.voters} voters, a budget of {_amount(counted.budget)}."]
    if counted.endowment is not None:
        lines.append(f"Each voter has {_amount(counted.endowment)}.")
    width = max((len(_title(projects[project])) for project in counted.winners), default=0)
    for place, step in enumerate(counted.steps, 1):
        title = _title(projects[step.project]).ljust(width)
        lines.append(f"{place:>3}. {title}  {_amount(step.cost):>12}  {_how(step)} {_amount(step.left)} is left.")
    for one in counted.passed_over:
        title = _title(projects[one.project])
        lines.append(f"Not {title}: it costs {_amount(one.cost)}, and {_amount(one.left)} was left.")
    winners = " ".join(counted.winners) or "nothing"
    return [*lines, f"Elected: {winners}. Spent: {_amount(counted.spent)}."]


def _how(step: Step) -> str:
    equals = f" As good: {', '.join(step.equals)}." if step.equals else ""
    if step.purchase is None:
        return f"Votes: {_amount(step.votes)}.{equals}"
    paid = f"Votes: {_amount(step.votes)}. {step.purchase.in_full} paid {_amount(step.purchase.price)} each"
    if step.purchase.with_the_rest:
        paid += f", {step.purchase.with_the_rest} all they had, {_amount(step.purchase.rest)} together"
    return f"{paid}.{equals}"


def _title(project: pabulib.Project) -> str:
    """Its id and the beginning of its name; a terminal obeys signs that can't be printed, so they are left out."""
    name = "".join(sign for sign in project.name if sign.isprintable())
    return f"{project.id} {name if len(name) <= 40 else f'{name[:37]}...'}".strip()


def _amount(amount: Fraction) -> str:
    return str(amount) if amount.denominator == 1 else f"{float(amount):.2f}"


def _number(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else round(float(amount), 6)
