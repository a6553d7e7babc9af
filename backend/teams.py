"""Resident teams: who works on a case together, from which sector, with what part (pre-study pp. 7, 9, 11, 16).

Asking to join, invitations, ambassadors and the team's own notes have rooms of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, false, func, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from . import cases, follows, restrictions, revisions, stage_checks, texts
from .cases import Case, Stage
from .database import Base, insert
from .errors import NotAllowed, NotFound, Refusal
from .people import LONGEST_NAME, Level, Person, own_name
from .texts import Said, Words
from .wording import Wording, say

USUAL_SECTORS = 3


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
    Sector.CITY: say("city or state"),
    Sector.THIRD_SECTOR: say("third sector"),
}
GROUPS: Mapping[str, Wording] = {
    Sector.RESIDENT: say("Residents"),
    Sector.ASSOCIATION: say("Associations"),
    Sector.BUSINESS: say("Businesses"),
    Sector.UNIVERSITY: say("University"),
    Sector.CITY: say("City and state"),
    Sector.THIRD_SECTOR: say("Third sector"),
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
    # empty: somebody without an account, whom a coordinator added
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # as the team's page shows it
    sector: Mapped[str] = mapped_column(String(20), default=Sector.RESIDENT)
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "part", "gives", "needs"
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # those words, after a report
    is_ambassador: Mapped[bool] = mapped_column(default=False)
    # who takes over as ambassador; empty: nobody is named
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("team_members.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime | None]  # to be ambassador, with no answer so far; empty: not asked
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Listed:
    """A member as the team's list shows them."""

    number: int
    name: str
    sector: Wording
    group: str  # one of Sector
    part: Words
    gives: Words
    needs: Words  # for the team alone
    is_ambassador: bool
    is_asked: bool
    successor: str  # the name of whoever takes over; empty: nobody
    has_account: bool


@dataclass(frozen=True)
class OfMine:
    """A team that somebody is in."""

    case_id: int
    area_id: int
    title: Words


Follow = TypeVar("Follow", bound=Callable[[Session, Member, datetime], Any])
_when_joined: list[Callable[[Session, Member, datetime], Any]] = []
_when_left: list[Callable[[Session, Member, datetime], Any]] = []


def when_joined(follow: Follow) -> Follow:
    """Registers (session, member, at): what follows when somebody with an account has come into a team."""
    _when_joined.append(follow)
    return follow


def when_left(follow: Follow) -> Follow:
    """Registers (session, member, at): what follows when somebody has left."""
    _when_left.append(follow)
    return follow


def may_join(person: Person | None) -> bool:
    return person is not None and person.level >= Level.NEIGHBOUR


def may_lead(session: Session, case: Case, person: Person | None) -> bool:
    """Who answers for the team: its ambassadors, and coordinators of the area."""
    mine = own(session, case.id, person)
    return cases.may_lead(person, case.area_id) or (mine is not None and mine.is_ambassador)


# --- verbs ---


def join(
    session: Session, case: Case, person: Person, *, name: str, at: datetime, sector: str = Sector.RESIDENT
) -> bool:
    """Adds person to the case's team under this name; whether they are new there (a repeat changes nothing).

    Who decided that they may is the caller's matter. NotAllowed for guests, Refusal without a name or a known sector.
    The unique key decides, so two taps at once make one member.
    """
    if not may_join(person):
        raise NotAllowed(say("Sign in at the meeting place first, then you can join."))
    restrictions.make_sure_may_join(session, person, case.area_id, at=at)
    name = checked_name(own_name(session, person, name))
    values = {
        "case_id": case.id, "area_id": case.area_id, "person_id": person.id, "name": name,
        "sector": checked_sector(sector), "is_ambassador": False, "joined_at": at,
    }  # fmt: skip
    added = insert(session, Member).values(values).on_conflict_do_nothing().returning(Member)
    new: Member | None = session.scalar(added)
    if new is not None:
        follows.follow(session, person, "case", case.id, at=at)
        for follow in _when_joined:
            follow(session, new, at)
        revisions.raise_(session, case.area_id, "cases")
    return new is not None


def leave(session: Session, case: Case, person: Person, *, at: datetime) -> None:
    """Ends a membership; somebody who is no member may leave too, and nothing changes."""
    mine = own(session, case.id, person)
    if mine is not None:
        end(session, mine, at=at)


def end(session: Session, member: Member, *, at: datetime) -> None:
    """Ends it, whoever asked for that; ending twice changes nothing."""
    still = update(Member).where(Member.id == member.id, Member.left_at.is_(None)).values(left_at=at)
    if session.scalar(still.returning(Member.id).execution_options(synchronize_session="fetch")) is not None:
        for follow in _when_left:
            follow(session, member, at)
        revisions.raise_(session, member.area_id, "cases")


def checked_name(name: str) -> str:
    """Raises Refusal where there is none."""
    if not name:
        raise Refusal(say("Write the name that the team knows you by."), field="name")
    return name


def checked_sector(sector: str | None) -> str:
    """Raises Refusal."""
    if sector is None or sector not in SECTORS:
        raise Refusal(say("Choose where they come from."), field="sector")
    return sector


# --- finders ---


def is_member(session: Session, case_id: int, person: Person | None) -> bool:
    return own(session, case_id, person) is not None


def own(session: Session, case_id: int, person: Person | None) -> Member | None:
    """Somebody's membership of today."""
    if person is None:
        return None
    return session.scalar(select(Member).where(*_today(case_id), Member.person_id == person.id))


def by_number(session: Session, number: int, *, case_id: int) -> Member:
    """Somebody who is in the team of this case today. Raises NotFound."""
    found = session.scalar(select(Member).where(*_today(case_id), Member.id == number)) if number < 2**31 else None
    if found is None:
        raise NotFound(say("Nobody with this number is in the team."))
    return found


def name_of(session: Session, case_id: int, person: Person) -> str:
    """What the team calls somebody; empty where they are no member."""
    mine = own(session, case_id, person)
    return mine.name if mine else ""


def people_in(session: Session, case_id: int, *, ambassadors_only: bool = False) -> list[int]:
    """The numbers of the people in a team who have an account."""
    query = select(Member.person_id).where(*_today(case_id), Member.person_id.is_not(None))
    if ambassadors_only:
        query = query.where(Member.is_ambassador)
    return [number for number in session.scalars(query.order_by(Member.id)) if number is not None]


def members(session: Session, case_id: int, language: str) -> list[Listed]:
    """Who is in a team, ambassadors first, then as they came. Two statements."""
    next_one = aliased(Member)
    query = (
        select(Member, next_one.name)
        .outerjoin(next_one, (next_one.id == Member.successor_id) & next_one.left_at.is_(None))
        .where(*_today(case_id))
    )
    rows = session.execute(query.order_by(Member.is_ambassador.desc(), Member.joined_at, Member.id)).all()
    shown = [member.texts_id for member, _ in rows if member.texts_id and not member.is_hidden]
    said = texts.read(session, shown, language)
    return [_listed(member, said.get(member.texts_id or 0, Said()), successor or "") for member, successor in rows]


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
    return session.scalar(select(func.count()).select_from(Member).where(*_today(case_id))) or 0


@stage_checks.usual(Stage.TEAM, say("People from three sectors or more"))
def has_sectors(session: Session, case_id: int) -> bool:
    query = select(func.count(Member.sector.distinct())).where(*_today(case_id))
    return (session.scalar(query) or 0) >= USUAL_SECTORS


def _listed(member: Member, said: Said, successor: str) -> Listed:
    return Listed(
        member.id, member.name, SECTORS[member.sector], member.sector, said["part"], said["gives"], said["needs"],
        is_ambassador=member.is_ambassador, is_asked=member.asked_at is not None, successor=successor,
        has_account=member.person_id is not None,
    )  # fmt: skip


def _today(case_id: int) -> tuple[ColumnElement[bool], ...]:
    return Member.case_id == case_id, Member.left_at.is_(None)
