"""Votes: a round asks the area's residents which prototypes to go on with; each ticks all they would like to see.

A ballot is keyed by the round and an HMAC of the person under the round's secret: a unique key decides that each
counts once. At closing the secret is deleted, and with it the way from a person to a ballot. There is no time and no
order in ballots, since both would be such a way.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from .database import Base

FEWEST_TO_PUBLISH = 10  # with fewer ballots only totals and commitments are shown


class Round(Base):
    __tablename__ = "rounds"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "question"
    winners: Mapped[int] = mapped_column(default=1)  # how many prototypes go on
    quorum: Mapped[int] = mapped_column(default=0)  # ballots needed for the result to bind
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]  # brought forward when a coordinator closes it
    counted_at: Mapped[datetime | None]  # when the result was made; empty: open, or being counted
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # deleted at counting
    lot: Mapped[str] = mapped_column(String(64), default="")  # hex; published at counting, decides ties
    roll_at_opening: Mapped[int] = mapped_column(default=0)  # residents who could vote
    roll_at_closing: Mapped[int | None]
    ballots: Mapped[int | None]  # how many were counted; empty until then
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Choice(Base):
    """A prototype that stands on a round's ballot; its figures come at counting."""

    __tablename__ = "round_choices"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    prototype_id: Mapped[int] = mapped_column(ForeignKey("prototypes.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    ticks: Mapped[int | None]  # empty until the round is counted
    goes_on: Mapped[bool | None]


class Ballot(Base):
    __tablename__ = "ballots"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012; a rowid would keep the order in which people voted

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    voter_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    choices: Mapped[str] = mapped_column(String(400))  # sorted prototype ids, "3,7"
    client_nonce: Mapped[str] = mapped_column(String(64), default="")  # empty: the browser ran no script
    server_nonce: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))


class CountedBallot(Base):
    """What is left of a ballot after counting: nothing that leads to a person."""

    __tablename__ = "counted_ballots"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    commitment: Mapped[str] = mapped_column(String(64), primary_key=True)
    choices: Mapped[str] = mapped_column(String(400))
    client_nonce: Mapped[str] = mapped_column(String(64))
    server_nonce: Mapped[str] = mapped_column(String(64))
