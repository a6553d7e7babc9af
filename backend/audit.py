"""Who did what, when: a row for each act of staff, never changed, and each sealed with the one before it.

The seal is a hash over the act, a pseudonym of who did it, and a salted commitment to its details. Names and details
can therefore be erased without breaking the chain, while a row that was changed, taken out or put in shows.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, event, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .people import Person

FIRST = "0" * 64  # what the first act is sealed with
LOCK = 4_717  # PostgreSQL's advisory lock for the end of the chain
NOBODY = "job"  # the pseudonym of commands and jobs
CHUNK = 1_000  # rows read at once while checking


class Act(Base):
    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)  # empty: a job's
    act: Mapped[str] = mapped_column(String(40))  # "idea.approved", "round.closed" ...
    area_id: Mapped[int | None] = mapped_column(index=True)  # no key: the act stays when an area goes
    noun_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # can be erased
    salt: Mapped[str] = mapped_column(String(32), default="")  # keeps erased details from being guessed; goes with them
    pseudonym: Mapped[str] = mapped_column(String(32), default=NOBODY)
    commitment: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 over salt and details
    position: Mapped[int | None] = mapped_column(unique=True)  # from 1; set with the seal, at the end of a transaction
    seal: Mapped[str] = mapped_column(String(64), default="")
    erased_at: Mapped[datetime | None]  # when the details went; empty: they are here


@dataclass(frozen=True)
class Head:
    """The end of the chain: told to somebody outside, it shows later whether the past has been changed."""

    position: int
    seal: str

    def __str__(self) -> str:
        return f"{self.position}:{self.seal}"

    @classmethod
    def read(cls, written: str) -> Head:
        """From the text that `str` makes. Raises ValueError."""
        position, _, seal = written.strip().partition(":")
        if len(seal) != len(FIRST):
            raise ValueError("a head is a number, a colon and 64 signs")
        return cls(int(position), seal)


class Broken(Exception):
    """The chain does not hold; the text says at which act and how, for operators."""


def note(
    session: Session, act: str, *, at: datetime, by: Person | None, area_id: int | None = None,
    noun_id: int | None = None, **details: Any,
) -> None:  # fmt: skip
    """Writes an act down in the caller's transaction, which seals it as the last thing it does."""
    salt = secrets.token_hex(16)
    new = Act(
        at=at, by=by.id if by else None, act=act, area_id=area_id, noun_id=noun_id, details=details, salt=salt,
        pseudonym=by.pseudonym if by else NOBODY, commitment=_commitment(salt, details),
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.info.setdefault("unsealed", []).append(new)


def erase(session: Session, person: Person, *, at: datetime) -> None:
    """Takes the name off somebody's acts and lets go of the details; the chain still holds."""
    theirs = update(Act).where(Act.by == person.id).values(by=None, details={}, salt="", erased_at=at)
    session.execute(theirs.execution_options(synchronize_session=False))


def head(session: Session) -> Head:
    last = session.scalar(select(Act).where(Act.position.is_not(None)).order_by(Act.position.desc()).limit(1))
    return Head(last.position, last.seal) if last and last.position else Head(0, FIRST)


def verify(session: Session, known: Head | None = None) -> int:
    """Walks the whole chain and returns how many acts it holds.

    Raises Broken where a row was changed, taken out or put in, or where known, a head of an earlier day, is not in it.
    """
    if unsealed := session.scalar(select(func.count()).where(Act.position.is_(None))):
        raise Broken(f"{unsealed} acts have no place in the chain")
    before, position = FIRST, 0
    if known and known.position == 0 and known.seal != FIRST:
        raise Broken("the head that was kept is none of ours")
    while rows := session.execute(_checked_from(position)).all():
        for act in rows:
            position += 1
            _make_sure_it_holds(act, position, before)
            before = act.seal
            if known and known.position == position and known.seal != before:
                raise Broken(f"act {position} is not the one whose seal was kept")
    if known and known.position > position:
        raise Broken(f"the chain ends at act {position}, but act {known.position} was sealed before")
    return position


def _checked_from(position: int) -> Any:
    whose = Person.pseudonym.label("whose")
    query = select(*Act.__table__.columns, whose).outerjoin(Person, Person.id == Act.by)
    return query.where(Act.position > position).order_by(Act.position).limit(CHUNK)


def _make_sure_it_holds(act: Any, position: int, before: str) -> None:
    if act.position != position:
        raise Broken(f"act {position} is missing")
    if act.seal != _seal(act, before):
        raise Broken(f"act {position} was changed, or one before it was")
    if act.erased_at is None and act.commitment != _commitment(act.salt, act.details):
        raise Broken(f"the details of act {position} were changed")
    if act.whose is not None and act.whose != act.pseudonym:
        raise Broken(f"act {position} was put down to somebody else")


@event.listens_for(Session, "before_commit")
def _seal_all(session: Session) -> None:
    """Seals what was noted. Last in the transaction: whoever holds the end of the chain waits for no other lock."""
    if session.in_nested_transaction():  # only a savepoint: the end of the chain is not held before the end
        return
    acts: list[Act] = [act for act in session.info.pop("unsealed", []) if act in session]
    if not acts:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    end = head(session)
    position, seal = end.position, end.seal
    for act in acts:
        position, act.position = position + 1, position + 1
        act.seal = seal = _seal(act, seal)
    session.flush()


@event.listens_for(Session, "after_rollback")
def _forget_all(session: Session) -> None:
    session.info.pop("unsealed", None)


def _seal(act: Any, before: str) -> str:
    at = act.at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [act.position, before, at, act.act, act.area_id, act.noun_id, act.pseudonym, act.commitment]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def _commitment(salt: str, details: dict[str, Any]) -> str:
    said = json.dumps(details, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}|{said}".encode()).hexdigest()
