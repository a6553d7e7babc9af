"""An e-ID: somebody whom a broker knows by their BankID or the like, and whom we know by a mark alone.

Of all that a broker may tell we keep a keyed mark of its name and its word for the person, made for us alone. No
name, no number. The e-ID says that somebody is one person, not where they live: that they choose themselves.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import people
from .areas import Area
from .database import Base
from .errors import Conflict, NotAllowed, Refusal
from .keys import keyed_mark
from .people import Level, Person
from .votes import Round
from .wording import say


class EId(Base):
    __tablename__ = "e_ids"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Empty: its owner's account was erased. The mark stays, or erasing would give a second vote.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), unique=True)
    subject_mark: Mapped[str] = mapped_column(String(64), unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))  # where its owner votes, or voted
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]


def mark_of(key: bytes, issuer: str, subject: str) -> str:
    """What is kept of somebody at a broker."""
    return keyed_mark(key, f"{issuer}|{subject}")


def whose(session: Session, subject_mark: str) -> Person | None:
    """The person whom we know by this e-ID."""
    return session.scalar(select(Person).join(EId, EId.person_id == Person.id).where(EId.subject_mark == subject_mark))


def of_person(session: Session, person: Person) -> EId | None:
    return session.scalar(select(EId).where(EId.person_id == person.id))


def needs_area(person: Person | None) -> bool:
    """Whether somebody who arrives must say where they live; residents have said so with their slip."""
    return person is None or person.level < Level.RESIDENT or person.area_id is None


def link(session: Session, subject_mark: str, person: Person, *, area: Area | None, at: datetime) -> None:
    """Knows person by this e-ID from now on, who may vote in the area where they live.

    Raises Refusal without an area, for an e-ID or a person that is linked already, and while a vote is open in which
    an erased account of the same e-ID may have voted.
    """
    if of_person(session, person) is not None:
        raise Conflict(say("Another e-ID belongs to this account already. Sign out first."))
    area_id = person.area_id if not needs_area(person) else area.id if area else None
    if area_id is None:
        raise Refusal(say("Choose where you live."), field="area")
    known = session.scalar(select(EId).where(EId.subject_mark == subject_mark))
    if known is None:
        session.add(EId(
            person_id=person.id, subject_mark=subject_mark, area_id=area_id, created_at=at, used_at=at,
        ))  # fmt: skip
    elif known.person_id is not None:
        raise Conflict(say("This e-ID belongs to another account already."))
    else:
        _make_sure_no_vote_is_open(session, known.area_id, area_id)
        known.person_id, known.area_id, known.used_at = person.id, area_id, at
    person.area_id = area_id
    session.flush()
    people.raise_to(session, person, Level.E_ID)


def note_use(session: Session, person: Person, *, at: datetime) -> None:
    if (mine := of_person(session, person)) is not None:
        mine.used_at = at
        session.flush()


def may_move(session: Session, person: Person) -> bool:
    """Whether somebody's area is theirs to choose: it was, when they came by an e-ID."""
    return person.level >= Level.E_ID and of_person(session, person) is not None


def move(session: Session, person: Person, area: Area) -> None:
    """Another area to vote in. Raises NotAllowed without an e-ID, Refusal while a vote is open here or there."""
    mine = of_person(session, person)
    if mine is None or person.level < Level.E_ID:
        raise NotAllowed(say("You may choose your area once you have signed in with an e-ID."))
    if area.id == person.area_id:
        return
    _make_sure_no_vote_is_open(session, mine.area_id, person.area_id or mine.area_id, area.id)
    mine.area_id = person.area_id = area.id
    session.flush()


def _make_sure_no_vote_is_open(session: Session, *area_ids: int) -> None:
    """One person, one vote: nobody takes theirs from one area to another, or into a second account."""
    running = select(Round.id).where(Round.area_id.in_(area_ids), Round.counted_at.is_(None)).limit(1)
    if session.scalar(running) is not None:
        raise Refusal(say("A vote is open. Choose your area when it has been counted."), field="area")
