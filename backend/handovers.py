"""Handovers: who builds and owns what a case led to, agreed on both sides, residents or a department (pre-study p. 15).

A coordinator offers; those who are named answer themselves, or the coordinator notes who answered and when. What
others hear of it stands in handover_news.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Index, String, Text, false, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, cases, revisions, stage_checks, typed
from .cases import Case, Stage
from .database import Base
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .people import LONGEST_NAME, Person
from .teams import Member
from .wording import Wording, say

LONGEST_OWNER = 80  # characters
LONGEST_WORDS = 400


class To(StrEnum):
    RESIDENTS = "residents"
    DEPARTMENT = "department"


TO: Mapping[str, Wording] = {
    To.RESIDENTS: say("To residents of the team"), To.DEPARTMENT: say("To a department or an organisation"),
}  # fmt: skip


class State(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"  # by everybody who was asked
    DECLINED = "declined"  # by one of them
    TAKEN_BACK = "taken_back"  # by the coordinator, before it was answered


class Handover(Base):
    __tablename__ = "handovers"
    __table_args__ = (
        # One open offer a case: of two coordinators who offer at once the key takes one.
        Index("uq_handovers_open", "case_id", unique=True,
              sqlite_where=text("state = 'offered'"), postgresql_where=text("state = 'offered'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    to_whom: Mapped[str] = mapped_column(String(20))  # one of TO
    owner: Mapped[str] = mapped_column(String(LONGEST_OWNER), default="")  # the department; empty: the residents named
    words: Mapped[str] = mapped_column(Text)  # of who offers, in one language
    language: Mapped[str] = mapped_column(String(12))
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    offered_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=State.OFFERED)
    settled_at: Mapped[datetime | None]  # when it was agreed, declined or taken back
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # its words, after a report


class Taker(Base):
    """One side of a handover: somebody who is asked to answer, or a department for which the coordinator notes it."""

    __tablename__ = "handover_takers"

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"), index=True)
    # empty: without an account, or somebody who has left
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_OWNER), default="")  # empty: somebody who has left
    answer: Mapped[str] = mapped_column(String(20), default="")  # "accepted" or "declined"; empty: none yet
    words: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="")
    spoke: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # who answered for them, as it was noted
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    is_noted: Mapped[bool] = mapped_column(default=False)  # by a coordinator, not by themselves
    answered_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Listed:
    """A handover with those who were asked."""

    row: Handover
    takers: list[Taker]

    @property
    def owners(self) -> list[str]:
        """The department, or those residents who have a name here."""
        return [self.row.owner] if self.row.owner else [one.name for one in self.takers if one.name]


Follow = TypeVar("Follow", bound=Callable[[Session, Handover, datetime], Any])
_when_changed: list[Callable[[Session, Handover, datetime], Any]] = []


def when_changed(follow: Follow) -> Follow:
    """Registers (session, handover, at): what follows when one is offered, agreed or declined."""
    _when_changed.append(follow)
    return follow


def may_offer(person: Person | None, area_id: int) -> bool:
    return cases.may_lead(person, area_id)


def may_answer(taker: Taker, person: Person | None) -> bool:
    return person is not None and taker.person_id == person.id


# --- verbs ---


def offer(
    session: Session, case: Case, *, to_whom: str, members: Collection[int], owner: str, words: str, language: str,
    by: Person, at: datetime,
) -> Handover:  # fmt: skip
    """Offers the case to members of its team, by their rows' ids, or to a department, for which members may answer.

    NotAllowed, Refusal, Conflict while another offer is open.
    """
    if not may_offer(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if to_whom not in TO:
        raise Refusal(say("Choose one of what is offered."), field="to_whom")
    is_department = to_whom == To.DEPARTMENT
    name = typed.line(owner, field="owner", most=LONGEST_OWNER, needed=is_department) if is_department else ""
    asked = _members(session, case, members)
    if not asked and not is_department:
        raise Refusal(say("Choose at least one of the team."), field="members")
    new = Handover(
        case_id=case.id, area_id=case.area_id, to_whom=to_whom, owner=name, language=language, offered_by=by.id,
        words=typed.text(words, field="words", most=LONGEST_WORDS), offered_at=at, state=State.OFFERED,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(new)
            session.flush()
    except IntegrityError:
        raise Conflict(say("An offer is open already. Wait for the answer, or take it back.")) from None
    session.add_all(Taker(handover_id=new.id, person_id=one.person_id, name=one.name) for one in asked)
    if not asked:
        session.add(Taker(handover_id=new.id, name=name))
    _changed(session, new, "offered", by=by, at=at)
    return new


def answer(
    session: Session, handover: Handover, taker: Taker, accepts: bool, *, words: str, language: str, by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """The other side says yes, or no with a word; the same answer twice changes nothing. NotAllowed, Conflict."""
    if not may_answer(taker, by):
        raise NotAllowed(say("Only who was asked may answer this."))
    _take_in(session, handover, taker, accepts, words=words, language=language, by=by, answered_at=at, at=at)


def note_answer(
    session: Session, handover: Handover, taker: Taker, accepts: bool, *, spoke: str, words: str, language: str,
    answered_at: datetime, by: Person, at: datetime,
) -> None:  # fmt: skip
    """A coordinator notes who without an account said yes or no, and when. NotAllowed, Refusal, Conflict."""
    if not may_offer(by, handover.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if taker.person_id is not None:
        raise Refusal(say("This person has an account and answers here."))
    if answered_at > at:
        raise Refusal(say("This day has not come yet."), field="day")
    who = typed.line(spoke, field="spoke", most=LONGEST_NAME)
    changed = _take_in(
        session, handover, taker, accepts, words=words, language=language, by=by, answered_at=answered_at, at=at,
        is_noted=True,
    )  # fmt: skip
    if changed:
        taker.spoke, taker.noted_by = who, by.id
        session.flush()


def take_back(session: Session, handover: Handover, *, by: Person, at: datetime) -> None:
    """The coordinator takes an open offer back; twice changes nothing. NotAllowed, Conflict once it is answered."""
    if not may_offer(by, handover.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if handover.state == State.TAKEN_BACK:
        return
    _make_sure_it_is_open(handover)
    _settle(session, handover, State.TAKEN_BACK, by=by, at=at)


def hide(session: Session, handover: Handover, is_hidden: bool) -> None:
    """Its words go after a report, or come back; who owns the case stays readable."""
    handover.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, handover.area_id, "cases")


def forget(session: Session, person: Person, *, with_texts: bool) -> None:
    """Whoever leaves is not named any more; their words go where they want that."""
    for taker in session.scalars(select(Taker).where(Taker.person_id == person.id)).all():
        taker.name = ""
        if with_texts:
            taker.words = ""
        revisions.raise_(session, session.get_one(Handover, taker.handover_id).area_id, "cases")
    session.flush()


# --- finders ---


def of_case(session: Session, case_id: int) -> list[Listed]:
    """All handovers of a case, latest first. Two statements."""
    query = select(Handover).where(Handover.case_id == case_id).order_by(Handover.id.desc())
    found = list(session.scalars(query))
    takers = session.scalars(
        select(Taker).where(Taker.handover_id.in_([one.id for one in found])).order_by(Taker.id)
    ).all()
    return [Listed(one, [taker for taker in takers if taker.handover_id == one.id]) for one in found]


def by_number(session: Session, number: int, *, case_id: int | None = None) -> Listed:
    """Raises NotFound."""
    found = session.get(Handover, number) if number < 2**31 else None
    if found is None or case_id not in (None, found.case_id):
        raise NotFound(say("There is no handover with this number."))
    takers = select(Taker).where(Taker.handover_id == number).order_by(Taker.id)
    return Listed(found, list(session.scalars(takers)))


@stage_checks.usual(Stage.RESOURCES, say("Both sides have agreed on who owns it."))
def has_owner(session: Session, case_id: int) -> bool:
    query = select(Handover.id).where(Handover.case_id == case_id, Handover.state == State.ACCEPTED)
    return session.scalar(query.limit(1)) is not None


# --- private parts ---


def _members(session: Session, case: Case, ids: Collection[int]) -> list[Member]:
    """Raises Refusal for somebody who is not in the team."""
    known = [one for one in ids if 0 < one < 2**31]
    query = select(Member).where(Member.case_id == case.id, Member.left_at.is_(None), Member.id.in_(known))
    found = list(session.scalars(query.order_by(Member.id)))
    if len(found) != len(set(ids)):
        raise Refusal(say("Choose among those who are in the team."), field="members")
    return found


def _take_in(
    session: Session, handover: Handover, taker: Taker, accepts: bool, *, words: str, language: str, by: Person,
    answered_at: datetime, at: datetime, is_noted: bool = False,
) -> bool:  # fmt: skip
    """Whether it changed anything."""
    said = State.ACCEPTED if accepts else State.DECLINED
    if taker.answer == said:
        return False
    _make_sure_it_is_open(handover)
    taker.words = typed.text(words, field="words", most=LONGEST_WORDS, needed=not accepts)
    taker.answer, taker.language, taker.answered_at, taker.is_noted = str(said), language, answered_at, is_noted
    session.flush()
    others = session.scalars(select(Taker.answer).where(Taker.handover_id == handover.id)).all()
    if said == State.DECLINED or all(one == State.ACCEPTED for one in others):
        _settle(session, handover, said, by=by, at=at)
    else:
        revisions.raise_(session, handover.area_id, "cases")
    return True


def _make_sure_it_is_open(handover: Handover) -> None:
    if handover.state != State.OFFERED:
        raise Conflict(say("This offer has been answered already, or was taken back."))


def _settle(session: Session, handover: Handover, state: State, *, by: Person, at: datetime) -> None:
    handover.state, handover.settled_at = str(state), at
    _changed(session, handover, state, by=by, at=at)


def _changed(session: Session, handover: Handover, act: str, *, by: Person, at: datetime) -> None:
    session.flush()
    audit.note(session, f"handover.{act}", at=at, by=by, area_id=handover.area_id, noun_id=handover.id)
    revisions.raise_(session, handover.area_id, "cases")
    for follow in _when_changed:
        follow(session, handover, at)
