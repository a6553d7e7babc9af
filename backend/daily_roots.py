"""One code a day for all votes so far, so that nobody can exchange early votes late without its showing.

It says how many have voted, which is public anyway, and nothing of when or in which order. A day gets a code only
when STEP more have voted than at the last one: out of a smaller step, whoever keeps the codes could find the few
ballots of one day in the list that is published in the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import areas, receipts, revisions
from .database import Base, insert
from .votes import FEWEST_TO_PUBLISH, Ballot, Round

STEP = FEWEST_TO_PUBLISH  # ballots


class DailyRoot(Base):
    __tablename__ = "daily_roots"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)  # on the area's calendar
    ballots: Mapped[int]  # how many had voted when it was made, some time that day
    root: Mapped[str] = mapped_column(String(64))  # of their codes, as receipts.root makes it


@dataclass(frozen=True)
class Day:
    """A day's code as pages show it."""

    day: date
    ballots: int
    root: str


def keep(session: Session, *, at: datetime) -> list[int]:
    """Writes today's code of each open round that has none yet; returns those rounds' numbers. Twice changes nothing.

    Two statements for the rounds, and few more for each that gets a code.
    """
    open_now = (Round.opens_at <= at, Round.closes_at > at, Round.counted_at.is_(None))
    rounds = session.execute(select(Round.id, Round.area_id).where(*open_now).order_by(Round.id)).all()
    last = _last(session, [row.id for row in rounds])
    written = []
    for number, area_id in rounds:
        today = at.astimezone(areas.by_id(session, area_id).zone).date()
        before = last.get(number)
        if before is not None and before.day >= today:
            continue
        codes = session.scalars(select(Ballot.commitment).where(Ballot.round_id == number)).all()
        if len(codes) - (before.ballots if before else 0) < STEP:
            continue
        new = insert(session, DailyRoot).values(
            round_id=number, day=today, ballots=len(codes), root=receipts.root(codes)
        )
        session.execute(new.on_conflict_do_nothing())
        revisions.raise_(session, area_id, "votes")
        written.append(number)
    return written


def of_round(session: Session, round_id: int) -> list[Day]:
    """Oldest first. One statement."""
    columns = (DailyRoot.day, DailyRoot.ballots, DailyRoot.root)
    rows = session.execute(select(*columns).where(DailyRoot.round_id == round_id).order_by(DailyRoot.day))
    return [Day(*row) for row in rows]


def _last(session: Session, numbers: list[int]) -> dict[int, Day]:
    query = select(DailyRoot.round_id, DailyRoot.day, DailyRoot.ballots, DailyRoot.root)
    rows = session.execute(query.where(DailyRoot.round_id.in_(numbers)).order_by(DailyRoot.day))
    return {row.round_id: Day(row.day, row.ballots, row.root) for row in rows}
