"""Counting a closed round, as a worker's job.

All that a count changes is one transaction, which takes the round's row for itself: votes on their way are waited
for, and a second worker finds nothing left to do.
"""

from __future__ import annotations

import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from . import approval, audit, paper_ballots, receipts, revisions, shared_funds
from .prototypes import Prototype, State
from .votes import FEWEST_TO_PUBLISH, Ballot, Choice, CountedBallot, Round, roll


@dataclass(frozen=True)
class Offer:
    """What a count must know of a prototype; cost in kronor."""

    cost: int | None
    is_stopped: bool


Groups = list[tuple[tuple[int, ...], int]]  # choices, and how many ballots ticked just these


def count_closed(session: Session, *, at: datetime) -> list[Round]:
    """Counts every round that has closed and is not counted yet; returns those. Twice changes nothing."""
    due = select(Round).where(Round.closes_at <= at, Round.counted_at.is_(None)).order_by(Round.id)
    rounds = session.scalars(due.with_for_update(), execution_options={"populate_existing": True}).all()
    for round_ in rounds:
        count(session, round_, at=at)
        about = {"area_id": round_.area_id, "noun_id": round_.id, "ballots": round_.ballots}
        audit.note(session, "round.counted", at=at, by=None, **about)
    return list(rounds)


def count(session: Session, round_: Round, *, at: datetime) -> None:
    """Counts a round whose row the caller holds."""
    offered = _offered(session, round_.id)
    alike = select(Ballot.choices, func.count().label("number")).where(Ballot.round_id == round_.id)
    rows = session.execute(alike.group_by(Ballot.choices).order_by(Ballot.choices))
    groups = [(receipts.read_back(row.choices), int(row.number)) for row in rows]
    ballots = sum(number for _, number in groups)
    round_.lot = round_.lot or chance.token_hex(32)
    ticks = approval.count(groups, offered)
    go_on = _going_on(round_, offered, groups, ticks) if ballots >= round_.quorum else set()
    for choice, one in offered.items():
        line = update(Choice).where(Choice.round_id == round_.id, Choice.prototype_id == choice)
        session.execute(line.values(ticks=ticks[choice], goes_on=choice in go_on, was_stopped=one.is_stopped))
    paper_ballots.forget(session, round_.id)
    _unlink(session, round_.id, keep_choices=ballots >= FEWEST_TO_PUBLISH)
    round_.secret, round_.counted_at, round_.ballots = None, at, ballots
    round_.roll_at_closing = roll(session, round_.area_id)
    session.flush()
    revisions.raise_(session, round_.area_id, "votes", "cases")


def _offered(session: Session, round_id: int) -> dict[int, Offer]:
    query = select(Choice.prototype_id, Choice.cost, Prototype.state)
    query = query.join(Prototype, Prototype.id == Choice.prototype_id).where(Choice.round_id == round_id)
    rows = session.execute(query.order_by(Choice.position))
    return {row.prototype_id: Offer(row.cost, row.state == State.STOPPED) for row in rows}


def _going_on(round_: Round, offered: Mapping[int, Offer], groups: Groups, ticks: Mapping[int, int]) -> set[int]:
    """The prototypes that the rule chooses among those that stand; the account of a fund is kept with the round."""
    standing_ones = [choice for choice, one in offered.items() if not one.is_stopped]
    if round_.fund is None:
        return approval.winners({choice: ticks[choice] for choice in standing_ones}, round_.winners, round_.lot)
    costs = {choice: offered[choice].cost or 0 for choice in standing_ones}
    round_.account = shared_funds.share_out(round_.fund, costs, groups, round_.lot)
    return set(round_.account["result"])


def _unlink(session: Session, round_id: int, *, keep_choices: bool) -> None:
    """Moves the ballots to where no person's mark is, sorted by code: PostgreSQL would keep the order they came in."""
    opened = [Ballot.choices, Ballot.client_nonce, Ballot.server_nonce]
    kept = opened if keep_choices else [literal("").label(column.key) for column in opened]
    own = select(Ballot.round_id, Ballot.commitment, *kept).where(Ballot.round_id == round_id)
    names = ["round_id", "commitment", *(column.key for column in opened)]
    session.execute(insert(CountedBallot).from_select(names, own.order_by(Ballot.commitment)))
    session.execute(delete(Ballot).where(Ballot.round_id == round_id))
