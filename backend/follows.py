"""Who wants to hear of what: an area's meetings, a case, an idea."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base, insert
from .people import Person

KINDS = ("area", "case", "idea")


class Follow(Base):
    __tablename__ = "follows"
    __table_args__ = (Index("ix_follows_noun", "kind", "noun_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)  # one of KINDS
    noun_id: Mapped[int] = mapped_column(primary_key=True)
    came_with: Mapped[int | None] = mapped_column(index=True)  # the merged idea that brought it; empty: their own act
    at: Mapped[datetime]


def follow(session: Session, person: Person, kind: str, noun_id: int, *, at: datetime) -> None:
    """From now on person hears of it; following twice changes nothing."""
    if kind not in KINDS:
        raise ValueError(f"nobody follows {kind!r}")
    new = insert(session, Follow).values(person_id=person.id, kind=kind, noun_id=noun_id, at=at)
    session.execute(new.on_conflict_do_nothing(index_elements=["person_id", "kind", "noun_id"]))


def unfollow(session: Session, person: Person, kind: str, noun_id: int) -> None:
    """Not following in the first place is fine."""
    session.execute(delete(Follow).where(*_is(person, kind), Follow.noun_id == noun_id))


def followed(session: Session, person: Person | None, kind: str) -> set[int]:
    """The ids of what person follows of this kind; nothing where nobody is known."""
    if person is None:
        return set()
    return set(session.scalars(select(Follow.noun_id).where(*_is(person, kind))))


def count(session: Session, kind: str, noun_id: int) -> int:
    query = select(func.count()).select_from(Follow).where(Follow.kind == kind, Follow.noun_id == noun_id)
    return session.scalar(query) or 0


def _is(person: Person, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Follow.person_id == person.id, Follow.kind == kind
