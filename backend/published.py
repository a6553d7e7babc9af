"""A counted round as files, so that anybody can count again: our own JSON, which recount.py reads, and Pabulib's .pb.

A round of fewer than FEWEST_TO_PUBLISH ballots has neither: its list could tell who voted what.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import approval, areas, pabulib, receipts, rounds, texts
from .errors import NotFound
from .pabulib import Election, Project, Vote
from .rounds import Offered, Published
from .votes import FEWEST_TO_PUBLISH, Round, Rule, rule_of
from .wording import say

VERSION = 1  # of the JSON's shape
RECOUNT = Path(__file__).with_name("recount.py")


def is_whole(round_: Round) -> bool:
    """Whether every ballot is published, and not its code alone."""
    return round_.counted_at is not None and (round_.ballots or 0) >= FEWEST_TO_PUBLISH


def winners(round_: Round, offered: list[Offered]) -> list[int]:
    """The prototypes that go on, in the order in which the count chose them."""
    if round_.account is not None:
        return [int(number) for number in round_.account["result"]]
    ticks = {one.prototype_id: one.ticks or 0 for one in offered}
    go_on = {one.prototype_id for one in offered if one.goes_on}
    return [number for number in approval.ranked(ticks, round_.lot) if number in go_on]


def as_json(session: Session, round_: Round) -> str:
    """What recount.py reads. Raises NotFound where the round has no files."""
    _make_sure_whole(round_)
    offered, ballots = _offered(session, round_), rounds.published(session, round_.id)
    document = {
        "version": VERSION, "round": round_.id, "rule": rule_of(round_), "winners_wanted": round_.winners,
        "fund": round_.fund, "quorum": round_.quorum, "lot": round_.lot,
        "root": receipts.root(ballot.commitment for ballot in ballots),
        "projects": [
            {
                "id": one.prototype_id, "cost": one.cost, "title": str(one.said["title"]),
                "stopped": bool(one.was_stopped),
            }
            for one in sorted(offered, key=lambda one: one.prototype_id)
        ],
        "ballots": [_ballot(ballot) for ballot in ballots], "result": winners(round_, offered),
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_pabulib(session: Session, round_: Round, *, city: str) -> str:
    """The round as a .pb file; city is where it was held. Raises NotFound where the round has no files.

    Without a fund each prototype costs 1 and the budget is the number of winners, as the field writes elections of
    the best few; one that was stopped has the field's cost of what was withdrawn.
    """
    _make_sure_whole(round_)
    offered = sorted(_offered(session, round_), key=lambda one: one.prototype_id)
    go_on, area = winners(round_, offered), areas.by_id(session, round_.area_id)
    opened, closed = (moment.astimezone(area.zone) for moment in (round_.opens_at, round_.closes_at))
    question = texts.read_one(session, round_.texts_id, _language(session, round_))["question"]
    meta = {
        "description": str(question), "country": "Sweden", "unit": city, "district": area.name,
        "instance": str(opened.year), "edition": str(round_.id), "language": question.language,
        "date_begin": f"{opened:%d.%m.%Y}", "date_end": f"{closed:%d.%m.%Y}", "min_length": "1",
        "rule": "equalshares/add1" if rule_of(round_) == Rule.EQUAL_SHARES else "greedy",
        "comment": _comment(round_),
    }  # fmt: skip
    projects = {str(one.prototype_id): _project(round_, one, one.prototype_id in go_on) for one in offered}
    cast = tuple(
        Vote(ballot.commitment, tuple(str(choice) for choice in ballot.choices))
        for ballot in rounds.published(session, round_.id)
    )
    budget = Fraction(round_.winners if round_.fund is None else round_.fund)
    return pabulib.write(Election(budget=budget, projects=projects, votes=cast, meta=meta))


def _project(round_: Round, one: Offered, goes_on: bool) -> Project:
    cost = 1 if round_.fund is None else one.cost or 0
    more = {"votes": str(one.ticks), "selected": str(int(goes_on))}
    number, name = str(one.prototype_id), str(one.said["title"])
    return Project(number, Fraction(pabulib.WITHDRAWN if one.was_stopped else cost), name, more)


def _comment(round_: Round) -> str:
    """In English and numbered, as the format is: what it can't say in its own keys."""
    said = [f"Equals are ordered by the SHA-256 of LOT|PROJECT; the lot is {round_.lot}."]
    if round_.fund is not None:
        said.append("What the shares left went to the most voted that it still paid for.")
    if round_.quorum:
        said.append(f"The result was to bind from {round_.quorum} votes on.")
    return " ".join(f"#{number}: {sentence}" for number, sentence in enumerate(said, 1))


def _ballot(ballot: Published) -> dict[str, Any]:
    return {
        "code": ballot.commitment, "client_nonce": ballot.client_nonce, "server_nonce": ballot.server_nonce,
        "choices": list(ballot.choices),
    }  # fmt: skip


def _offered(session: Session, round_: Round) -> list[Offered]:
    """With its texts in the language that the round was asked in."""
    return rounds.offered(session, round_.id, _language(session, round_))


def _language(session: Session, round_: Round) -> str:
    found = session.scalar(select(texts.TextSet.original).where(texts.TextSet.id == round_.texts_id))
    return found or "sv"


def _make_sure_whole(round_: Round) -> None:
    if not is_whole(round_):
        raise NotFound(say("This vote has no such file."))
