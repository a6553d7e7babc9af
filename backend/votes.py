"""Votes: a round asks the area's residents which prototypes to go on with; each ticks all they would like to see.

A ballot is keyed by the round and an HMAC of the person under the round's secret: a unique key decides that each
counts once. At closing the secret is deleted, and with it the way from a person to a ballot. There is no time and no
order in ballots, since both would be such a way.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as chance
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, Row, String, delete, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import receipts
from .database import Base, insert
from .errors import NotAllowed, NotFound, Refusal
from .people import Level, Person
from .prototypes import Prototype, State
from .receipts import NONCE, NONCE_BYTES, Receipt
from .wording import say

FEWEST_TO_PUBLISH = 10  # with fewer ballots only totals and commitments are shown


class Standing(StrEnum):
    """Where a round is, by the clock of the server."""

    TO_COME = "to_come"
    OPEN = "open"
    BEING_COUNTED = "being_counted"  # closed; the worker has not counted it yet
    COUNTED = "counted"


class Round(Base):
    __tablename__ = "rounds"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "question"
    winners: Mapped[int] = mapped_column(default=1)  # how many prototypes go on; 0: as many as the fund pays
    fund: Mapped[int | None]  # whole kronor to share; empty: the most ticks go on
    quorum: Mapped[int] = mapped_column(default=0)  # ballots needed for the result to bind
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]  # brought forward when a coordinator closes it
    counted_at: Mapped[datetime | None]  # when the result was made; empty: open, or being counted
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # deleted at counting
    lot: Mapped[str] = mapped_column(String(64), default="")  # hex; decides ties; secret until counting
    roll_at_opening: Mapped[int] = mapped_column(default=0)  # residents who could vote
    # It opens by itself at its hour; a worker then writes how many could vote, and takes this mark away.
    awaits_opening: Mapped[bool] = mapped_column(default=False, server_default=false())
    roll_at_closing: Mapped[int | None]
    ballots: Mapped[int | None]  # how many were counted; empty until then
    account: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the steps of sharing the fund; empty: none
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Choice(Base):
    """A prototype that stands on a round's ballot; its figures come at counting."""

    __tablename__ = "round_choices"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    prototype_id: Mapped[int] = mapped_column(ForeignKey("prototypes.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int | None]  # whole kronor, as it was when the round was made; empty: nobody knew it
    ticks: Mapped[int | None]  # empty until the round is counted
    goes_on: Mapped[bool | None]
    was_stopped: Mapped[bool | None]  # whether its team had stopped it by the count; empty until then


class Ballot(Base):
    __tablename__ = "ballots"
    __table_args__ = {"sqlite_with_rowid": False}  # a rowid would keep the order in which people voted

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    voter_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    choices: Mapped[str] = mapped_column(String(400))  # sorted prototype ids, "3,7"
    client_nonce: Mapped[str] = mapped_column(String(64), default="")  # empty: the browser ran no script
    server_nonce: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))


class CountedBallot(Base):
    """What is left of a ballot after counting: nothing that leads to a person.

    In a round of fewer than FEWEST_TO_PUBLISH ballots only the commitment is left: the rest could tell who voted what.
    """

    __tablename__ = "counted_ballots"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    commitment: Mapped[str] = mapped_column(String(64), primary_key=True)
    choices: Mapped[str] = mapped_column(String(400))
    client_nonce: Mapped[str] = mapped_column(String(64))
    server_nonce: Mapped[str] = mapped_column(String(64))


class Rule(StrEnum):
    """How a round is counted; the names stand in published files."""

    APPROVAL = "approval"
    EQUAL_SHARES = "equal-shares"


def rule_of(round_: Round) -> Rule:
    return Rule.APPROVAL if round_.fund is None else Rule.EQUAL_SHARES


def standing(round_: Round, at: datetime) -> Standing:
    if round_.counted_at is not None:
        return Standing.COUNTED
    if at < round_.opens_at:
        return Standing.TO_COME
    return Standing.OPEN if at < round_.closes_at else Standing.BEING_COUNTED


def is_resident_of(person: Person | None, area_id: int) -> bool:
    return person is not None and person.level >= Level.RESIDENT and person.area_id == area_id


def may_vote(person: Person | None, round_: Round, at: datetime) -> bool:
    return is_resident_of(person, round_.area_id) and standing(round_, at) == Standing.OPEN


def cast(
    session: Session, number: int, *, area_id: int, person: Person, choices: Sequence[int], at: datetime,
    client_nonce: str = "", server_nonce: str = "",
) -> Receipt:  # fmt: skip
    """Counts person's ballot in the round of this number, in place of an earlier one. Two statements.

    The round is read under a lock that the counting waits for, so a vote is either counted or refused. NotFound
    where the area has no such round, NotAllowed for others than its residents, Refusal before and after and when the
    choices are not what the ballot offers.
    """
    lines = _locked_offer(session, number, area_id)
    round_ = lines[0]
    _check_voter(person, area_id)
    _check_time(round_, at)
    _check_choices(choices, {line.prototype_id: line.state != State.STOPPED for line in lines})
    server_nonce = server_nonce or chance.token_hex(NONCE_BYTES)
    if client_nonce and not NONCE.fullmatch(client_nonce):
        raise Refusal(say("This form has been changed on its way. Open the page again."))
    sealed = receipts.commitment(number, choices, client_nonce=client_nonce, server_nonce=server_nonce)
    values = {
        "choices": receipts.spelled(choices), "client_nonce": client_nonce, "server_nonce": server_nonce,
        "commitment": sealed,
    }  # fmt: skip
    ballot = insert(session, Ballot).values(round_id=number, voter_mark=voter_mark(round_.secret, person), **values)
    session.execute(ballot.on_conflict_do_update(index_elements=["round_id", "voter_mark"], set_=values))
    return Receipt(number, sealed, tuple(sorted(choices)))


def withdraw(session: Session, number: int, *, area_id: int, person: Person, at: datetime) -> bool:
    """Takes person's own ballot back while the round is open; whether there was one. NotFound, Refusal."""
    round_ = _locked_offer(session, number, area_id)[0]
    _check_time(round_, at)
    own = (Ballot.round_id == number, Ballot.voter_mark == voter_mark(round_.secret, person))
    return session.execute(delete(Ballot).where(*own).returning(Ballot.round_id)).scalar() is not None


def voter_mark(secret: bytes, person: Person) -> str:
    """Keys a ballot: HMAC-SHA256 of the person's number under the round's secret."""
    return mark_of(secret, str(person.id))


def mark_of(secret: bytes, whose: str) -> str:
    """The same of any name: "41" is the person of this number, "slip 7" the holder of a slip."""
    return hmac.new(secret, whose.encode(), hashlib.sha256).hexdigest()


def roll(session: Session, area_id: int) -> int:
    """How many residents of the area could vote now."""
    residents = (Person.area_id == area_id, Person.level >= Level.RESIDENT)
    return session.scalar(select(func.count()).select_from(Person).where(*residents)) or 0


def by_number(session: Session, number: int, *, area_id: int) -> Round:
    """Raises NotFound."""
    found = session.scalar(select(Round).where(Round.id == number)) if number < 2**31 else None
    if found is None or found.area_id != area_id:
        raise _unknown()
    return found


def receipt_of(session: Session, round_: Round, person: Person | None) -> Receipt | None:
    """What person voted, while the round is not counted; nobody can tell afterwards."""
    if person is None or round_.secret is None:
        return None
    own = (Ballot.round_id == round_.id, Ballot.voter_mark == voter_mark(round_.secret, person))
    row = session.execute(select(Ballot.commitment, Ballot.choices).where(*own)).first()
    return Receipt(round_.id, row.commitment, receipts.read_back(row.choices)) if row else None


def turnout(session: Session, round_: Round) -> int:
    """How many have voted; all that may be known while a round is open."""
    if round_.ballots is not None:
        return round_.ballots
    return session.scalar(select(func.count()).select_from(Ballot).where(Ballot.round_id == round_.id)) or 0


def _locked_offer(session: Session, number: int, area_id: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """The round with each of its choices; on PostgreSQL with a share of its row, on SQLite under the write lock."""
    if number >= 2**31:
        raise _unknown()
    columns = (Round.opens_at, Round.closes_at, Round.counted_at, Round.secret, Choice.prototype_id, Prototype.state)
    query = (
        select(*columns)
        .join(Choice, Choice.round_id == Round.id)
        .join(Prototype, Prototype.id == Choice.prototype_id)
        .where(Round.id == number, Round.area_id == area_id)
        .with_for_update(read=True, of=Round)
    )
    lines = session.execute(query).all()
    if not lines:
        raise _unknown()
    return lines


def _check_voter(person: Person, area_id: int) -> None:
    if person.level < Level.RESIDENT:
        raise NotAllowed(say("To vote you need a slip from the meeting place."))
    if person.area_id != area_id:
        raise NotAllowed(say("Only those who live in this area vote here."))


def _check_time(round_: Row, at: datetime) -> None:  # type: ignore[type-arg]
    if at < round_.opens_at:
        raise Refusal(say("This vote has not opened yet."))
    if at >= round_.closes_at or round_.counted_at is not None or round_.secret is None:
        raise Refusal(say("This vote is closed. Your vote was not changed."))


def _check_choices(choices: Sequence[int], offered: Mapping[int, bool]) -> None:
    """offered tells of each prototype on the ballot whether it still stands."""
    if not choices:
        raise Refusal(say("Tick at least one."), field="choices")
    if len(set(choices)) != len(choices):
        raise Refusal(say("The same prototype was ticked twice. Open the page again."), field="choices")
    if not set(choices) <= offered.keys():
        raise Refusal(say("Something was ticked that is not on this ballot. Open the page again."), field="choices")
    if not all(offered[choice] for choice in choices):
        raise Refusal(say("The team has stopped one of these prototypes. Choose again."), field="choices")


def _unknown() -> NotFound:
    return NotFound(say("There is no vote with this number."))
