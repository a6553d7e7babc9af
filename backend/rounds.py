"""Rounds as pages show them: what is asked, what stands on the ballot, and the result once it is counted.

While a round is open nothing here tells a tick: figures are empty in the rows until the count writes them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from . import receipts, texts
from .people import Person
from .photos import Photo
from .prototypes import Prototype, State
from .texts import Said, Words
from .votes import Ballot, Choice, CountedBallot, Round, voter_mark


@dataclass(frozen=True)
class Asked:
    """A round as lists show it."""

    id: int
    case_id: int
    area_id: int
    question: Words
    opens_at: datetime
    closes_at: datetime
    counted_at: datetime | None


@dataclass(frozen=True)
class Offered:
    """A prototype on a ballot; its figures are empty until the round is counted."""

    prototype_id: int
    said: Said
    picture: str
    is_withdrawn: bool
    cost: int | None  # whole kronor, as it was when the round was made
    ticks: int | None
    goes_on: bool | None
    was_stopped: bool | None  # by the count
    photo_key: str = ""  # empty: the drawing is shown
    photo_alt: str = ""
    photo_alt_language: str = ""


@dataclass(frozen=True)
class Published:
    """A counted ballot; choices and nonces are empty where there were too few ballots to show them."""

    commitment: str
    choices: tuple[int, ...]
    client_nonce: str
    server_nonce: str


def offered(session: Session, round_id: int, language: str) -> list[Offered]:
    """What stands on the ballot, in its order. Two statements."""
    its_own = (Choice.prototype_id, Choice.cost, Choice.ticks, Choice.goes_on, Choice.was_stopped)
    of_photo = (Photo.key, Photo.alt, Photo.alt_language)
    query = select(*its_own, Prototype.texts_id, Prototype.picture, Prototype.state, *of_photo)
    query = query.join(Prototype, Prototype.id == Choice.prototype_id).where(Choice.round_id == round_id)
    query = query.outerjoin(Photo, Photo.id == Prototype.photo_id)
    rows = session.execute(query.order_by(Choice.position, Choice.prototype_id)).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [
        Offered(
            row.prototype_id, said[row.texts_id], row.picture, row.state == State.STOPPED, row.cost, row.ticks,
            row.goes_on, row.was_stopped, row.key or "", row.alt or "", row.alt_language or "",
        )
        for row in rows
    ]  # fmt: skip


def of_case(session: Session, case_id: int, language: str) -> list[Asked]:
    """The rounds of a case, newest first. Two statements."""
    return _asked(session, Round.case_id == case_id, language)


def open_in(session: Session, area_ids: Collection[int], language: str, *, at: datetime) -> list[Asked]:
    """The rounds that are open in these areas, the first to close first. Two statements."""
    is_open = Round.area_id.in_(area_ids) & (Round.opens_at <= at) & (Round.closes_at > at) & Round.counted_at.is_(None)
    return sorted(_asked(session, is_open, language), key=lambda asked: asked.closes_at)


def not_counted(session: Session, area_ids: Collection[int], language: str) -> list[Asked]:
    """The rounds of these areas that are to come, open or being counted. Two statements."""
    return _asked(session, Round.area_id.in_(area_ids) & Round.counted_at.is_(None), language)


def cast_by(session: Session, person: Person, language: str) -> list[Asked]:
    """The rounds in which person has voted, as long as they are not counted: after that nobody can tell.

    Four statements, however many voted.
    """
    secret = select(Round.id, Round.secret).where(Round.counted_at.is_(None), Round.secret.is_not(None))
    marks = {number: voter_mark(key, person) for number, key in session.execute(secret) if key}
    own = tuple_(Ballot.round_id, Ballot.voter_mark).in_(list(marks.items()))
    cast = session.scalars(select(Ballot.round_id).where(own)).all() if marks else []
    return _asked(session, Round.id.in_(cast), language) if cast else []


def published(session: Session, round_id: int) -> list[Published]:
    """The counted ballots, sorted by their codes, which tells no order of voting."""
    columns = (CountedBallot.commitment, CountedBallot.choices, CountedBallot.client_nonce, CountedBallot.server_nonce)
    query = select(*columns).where(CountedBallot.round_id == round_id).order_by(CountedBallot.commitment)
    return [
        Published(row.commitment, receipts.read_back(row.choices), row.client_nonce, row.server_nonce)
        for row in session.execute(query)
    ]


def next_opening(session: Session, area_id: int, *, at: datetime) -> datetime | None:
    """When the next round of the area opens by itself; None: none does. One statement."""
    to_come = select(func.min(Round.opens_at)).where(Round.area_id == area_id, Round.opens_at > at)
    return session.scalar(to_come)


def _asked(session: Session, which: ColumnElement[bool], language: str) -> list[Asked]:
    its_own = (Round.id, Round.case_id, Round.area_id, Round.texts_id)
    query = select(*its_own, Round.opens_at, Round.closes_at, Round.counted_at).where(which)
    rows = session.execute(query.order_by(Round.id.desc())).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [_as_asked(row, said[row.texts_id]) for row in rows]


def _as_asked(row: Any, said: Said) -> Asked:
    return Asked(row.id, row.case_id, row.area_id, said["question"], row.opens_at, row.closes_at, row.counted_at)
