"""Counting a closed round, as a worker's job.

All that a count changes is one transaction, which takes the round's row for itself: votes on their way are waited
for, and a second worker finds nothing left to do.
"""

from __future__ import annotations

import secrets as chance
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from . import approval, audit, receipts, revisions
from .prototypes import Prototype, State
from .votes import FEWEST_TO_PUBLISH, Ballot, Choice, CountedBallot, Round, roll


def count_closed(session: Session, *, at: datetime) -> list[Round]:
    """Counts every round that has closed and is not counted yet; returns those. Twice changes nothing."""
    due = select(Round).where(Round.closes_at <= at, Round.counted_at.is_(None)).order_by(Round.id)
    rounds = session.scalars(due.with_for_update(), execution_options={"populate_existing": True}).all()
    for round_ in rounds:
        _count(session, round_, at)
    return list(rounds)


def _count(session: Session, round_: Round, at: datetime) -> None:
    ticks, standing_ones, ballots = _ticks(session, round_.id)
    round_.lot = round_.lot or chance.token_hex(32)
    go_on: set[int] = set()
    if ballots >= round_.quorum:
        standing_ticks = {choice: number for choice, number in ticks.items() if choice in standing_ones}
        go_on = approval.winners(standing_ticks, round_.winners, round_.lot)
    for choice, number in ticks.items():
        line = update(Choice).where(Choice.round_id == round_.id, Choice.prototype_id == choice)
        session.execute(line.values(ticks=number, goes_on=choice in go_on))
    _unlink(session, round_.id, keep_choices=ballots >= FEWEST_TO_PUBLISH)
    round_.secret, round_.counted_at, round_.ballots = None, at, ballots
    round_.roll_at_closing = roll(session, round_.area_id)
    session.flush()
    audit.note(session, "round.counted", at=at, by=None, area_id=round_.area_id, noun_id=round_.id, ballots=ballots)
    revisions.raise_(session, round_.area_id, "votes", "cases")


def _ticks(session: Session, round_id: int) -> tuple[dict[int, int], set[int], int]:
    """Ticks by prototype, the prototypes that the team has not stopped, and how many ballots there are."""
    query = select(Choice.prototype_id, Prototype.state).join(Prototype, Prototype.id == Choice.prototype_id)
    states = {row.prototype_id: row.state for row in session.execute(query.where(Choice.round_id == round_id))}
    alike = select(Ballot.choices, func.count().label("number")).where(Ballot.round_id == round_id)
    groups = [(receipts.read_back(row.choices), row.number) for row in session.execute(alike.group_by(Ballot.choices))]
    ticks = approval.count(groups, states)
    return ticks, {choice for choice, state in states.items() if state != State.STOPPED}, sum(n for _, n in groups)


def _unlink(session: Session, round_id: int, *, keep_choices: bool) -> None:
    """Moves the ballots to where no person's mark is, sorted by code: PostgreSQL would keep the order they came in."""
    opened = [Ballot.choices, Ballot.client_nonce, Ballot.server_nonce]
    kept = opened if keep_choices else [literal("").label(column.key) for column in opened]
    own = select(Ballot.round_id, Ballot.commitment, *kept).where(Ballot.round_id == round_id)
    names = ["round_id", "commitment", *(column.key for column in opened)]
    session.execute(insert(CountedBallot).from_select(names, own.order_by(Ballot.commitment)))
    session.execute(delete(Ballot).where(Ballot.round_id == round_id))
