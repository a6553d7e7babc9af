"""Resident teams: who works on a case together, from which sector, with what part (pre-study pp. 7, 11, 16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import follows, restrictions, revisions, texts
from .cases import Case
from .database import Base, insert
from .errors import NotAllowed, Refusal
from .people import LONGEST_NAME, Level, Person, own_name
from .texts import Words
from .wording import Wording, say


class Sector(StrEnum):
    RESIDENT = "resident"
    ASSOCIATION = "association"
    BUSINESS = "business"
    UNIVERSITY = "university"
    CITY = "city"
    THIRD_SECTOR = "third_sector"


SECTORS: Mapping[str, Wording] = {
    Sector.RESIDENT: say("resident"),
    Sector.ASSOCIATION: say("association"),
    Sector.BUSINESS: say("business"),
    Sector.UNIVERSITY: say("university"),
    Sector.CITY: say("city"),
    Sector.THIRD_SECTOR: say("third sector"),
}


class Member(Base):
    __tablename__ = "team_members"
    __table_args__ = (
        Index("uq_team_members_person", "case_id", "person_id", unique=True,
              sqlite_where=text("left_at IS NULL"), postgresql_where=text("left_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # empty: somebody without an account
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # as the team's page shows it
    sector: Mapped[str] = mapped_column(String(20), default=Sector.RESIDENT)
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "part": what they do in the team
    is_ambassador: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Listed:
    """A member as the team's list shows them."""

    name: str
    sector: Wording
    part: Words
    is_ambassador: bool


@dataclass(frozen=True)
class OfMine:
    """A team that somebody is in."""

    case_id: int
    area_id: int
    title: Words


def may_join(person: Person | None) -> bool:
    return person is not None and person.level >= Level.NEIGHBOUR


def join(session: Session, case: Case, person: Person, *, name: str, at: datetime) -> bool:
    """Adds person to the case's team under this name; whether they are new there (a repeat changes nothing).

    NotAllowed for guests, Refusal without a name. The unique key decides, so two taps at once make one member.
    """
    if not may_join(person):
        raise NotAllowed(say("Sign in at the meeting place first, then you can join."))
    restrictions.make_sure_may_join(session, person, case.area_id, at=at)
    name = own_name(session, person, name)
    if not name:
        raise Refusal(say("Write the name that the team knows you by."), field="name")
    values = {
        "case_id": case.id, "area_id": case.area_id, "person_id": person.id, "name": name, "sector": Sector.RESIDENT,
        "is_ambassador": False, "joined_at": at,
    }  # fmt: skip
    added = insert(session, Member).values(values).on_conflict_do_nothing().returning(Member.id)
    is_new = session.execute(added).scalar() is not None
    if is_new:
        follows.follow(session, person, "case", case.id, at=at)
        revisions.raise_(session, case.area_id, "cases")
    return is_new


def leave(session: Session, case: Case, person: Person, *, at: datetime) -> None:
    """Ends a membership; somebody who is no member may leave too, and nothing changes."""
    own = (Member.case_id == case.id, Member.person_id == person.id, Member.left_at.is_(None))
    left = session.execute(update(Member).where(*own).values(left_at=at).returning(Member.id)).scalar()
    if left is not None:
        revisions.raise_(session, case.area_id, "cases")


def is_member(session: Session, case_id: int, person: Person | None) -> bool:
    if person is None:
        return False
    own = (Member.case_id == case_id, Member.person_id == person.id, Member.left_at.is_(None))
    return session.scalar(select(Member.id).where(*own)) is not None


def name_of(session: Session, case_id: int, person: Person) -> str:
    """What the team calls somebody; empty where they are no member."""
    own = (Member.case_id == case_id, Member.person_id == person.id, Member.left_at.is_(None))
    return session.scalar(select(Member.name).where(*own)) or ""


def members(session: Session, case_id: int, language: str) -> list[Listed]:
    """Who is in a team, ambassadors first, then as they came. Two statements."""
    columns = (Member.name, Member.sector, Member.texts_id, Member.is_ambassador)
    query = select(*columns).where(Member.case_id == case_id, Member.left_at.is_(None))
    rows = session.execute(query.order_by(Member.is_ambassador.desc(), Member.joined_at, Member.id)).all()
    said = texts.read(session, [row.texts_id for row in rows if row.texts_id], language)
    return [
        Listed(
            row.name,
            SECTORS[row.sector],
            said[row.texts_id]["part"] if row.texts_id else texts.MISSING,
            row.is_ambassador,
        )
        for row in rows
    ]


def of_person(session: Session, person_id: int, language: str) -> list[OfMine]:
    """The teams that somebody is in, newest first. Two statements."""
    query = (
        select(Case.id, Case.area_id, Case.texts_id)
        .join(Member, Member.case_id == Case.id)
        .where(Member.person_id == person_id, Member.left_at.is_(None))
        .order_by(Member.joined_at.desc(), Member.id.desc())
    )
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [OfMine(row.id, row.area_id, said[row.texts_id]["title"]) for row in rows]


def count(session: Session, case_id: int) -> int:
    query = select(func.count()).select_from(Member).where(Member.case_id == case_id, Member.left_at.is_(None))
    return session.scalar(query) or 0
