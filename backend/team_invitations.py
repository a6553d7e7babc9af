"""Inviting somebody into a team: by their name on the case, or by a link for whoever is not here yet.

A link works once. It lets nobody in by itself: whoever follows it signs in first, as everybody does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select, text, union, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import addresses, areas, audit, case_news, cases, notices, people, teams
from . import texts as said_texts
from .cases import Case
from .comments import Comment
from .comments import State as CommentState
from .database import Base, insert
from .errors import Conflict, NotFound, Refusal
from .follows import Follow
from .keys import mark, token
from .notices import Message, Notice
from .people import LONGEST_NAME, Person
from .team_requests import only_leaders
from .teams import Member
from .texts import Words
from .wording import say

DAYS = 14  # how long an invitation waits
MOST_KNOWN = 100  # people that are offered by name
INVITED, ANSWERED = "team_invited", "team_invitation_answered"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"  # by the team


class Invitation(Base):
    __tablename__ = "team_invitations"
    __table_args__ = (
        Index("uq_team_invitations_open", "case_id", "person_id", unique=True,
              sqlite_where=text("answered_at IS NULL"), postgresql_where=text("answered_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # empty: whoever follows the link, until they have said yes
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # what the team calls them meanwhile
    sector: Mapped[str] = mapped_column(String(20))  # one of teams.Sector
    code_mark: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the link's word; empty: by name
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # empty: has left
    at: Mapped[datetime]
    ends_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(12), default="")  # one of Answer; empty: none so far
    answered_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Known:
    """Somebody who follows the case or wrote there, and is not in its team."""

    number: int
    name: str


@dataclass(frozen=True)
class ForMe:
    """An invitation that waits for my answer."""

    number: int
    case_id: int
    area_id: int
    title: Words


# --- verbs ---


def invite(session: Session, case: Case, person_id: int, *, sector: str | None, by: Person, at: datetime) -> bool:
    """Asks somebody who is known on the case; whether that is new. NotAllowed, Refusal that names "person"."""
    if not teams.may_lead(session, case, by):
        raise only_leaders()
    found = next((one for one in known(session, case.id) if one.number == person_id), None)
    if found is None:
        raise Refusal(say("Choose one of these people."), field="person")
    values = {
        "case_id": case.id, "area_id": case.area_id, "person_id": person_id, "name": found.name,
        "sector": teams.checked_sector(sector), "by": by.id, "at": at, "ends_at": at + timedelta(days=DAYS),
        "answer": "",
    }  # fmt: skip
    _end_old(session, case.id, person_id, at)
    new = insert(session, Invitation).values(values).on_conflict_do_nothing().returning(Invitation.id)
    number = session.execute(new).scalar()
    if number is None:
        return False
    audit.note(session, "team.invited", at=at, by=by, area_id=case.area_id, noun_id=number)
    _tell(session, INVITED, number, case.area_id, person_id, at)
    return True


def invite_by_link(
    session: Session, case: Case, *, name: str | None, sector: str | None, by: Person, at: datetime
) -> str:
    """The word of a link that works once; it is kept nowhere. NotAllowed, Refusal that names "name" or "sector"."""
    if not teams.may_lead(session, case, by):
        raise only_leaders()
    word, called = token(), people.clean_name(name or "")
    if not called:
        raise Refusal(say("Write whom you invite, so that the team knows."), field="name")
    new = Invitation(
        case_id=case.id, area_id=case.area_id, name=called, sector=teams.checked_sector(sector), code_mark=mark(word),
        by=by.id, at=at, ends_at=at + timedelta(days=DAYS),
    )  # fmt: skip
    session.add(new)
    session.flush()
    audit.note(session, "team.invited", at=at, by=by, area_id=case.area_id, noun_id=new.id)
    return word


def say_yes(session: Session, invitation: Invitation, *, person: Person, name: str | None, at: datetime) -> None:
    """Person is in the team under this name. NotAllowed for guests, Conflict once it was answered, Refusal."""
    case = cases.by_number(session, invitation.case_id)
    _settle(session, invitation, Answer.YES, at, person_id=person.id)
    teams.join(session, case, person, name=name or "", sector=invitation.sector, at=at)
    _tell_inviter(session, invitation, at)


def say_no(session: Session, invitation: Invitation, *, at: datetime) -> None:
    """Nobody need say why. Conflict once it was answered."""
    _settle(session, invitation, Answer.NO, at)
    _tell_inviter(session, invitation, at)


def withdraw(session: Session, invitation: Invitation, *, by: Person, at: datetime) -> None:
    """NotAllowed, Conflict once it was answered."""
    case = cases.by_number(session, invitation.case_id)
    if not teams.may_lead(session, case, by):
        raise only_leaders()
    _settle(session, invitation, Answer.WITHDRAWN, at)


@teams.when_joined
def settle_the_rest(session: Session, member: Member, at: datetime) -> None:
    """Whoever came in by another door need not answer any more."""
    open_ = Invitation.case_id == member.case_id, Invitation.person_id == member.person_id
    settled = update(Invitation).where(*open_, Invitation.answered_at.is_(None)).values(answer=str(Answer.YES))
    session.execute(settled.values(answered_at=at).execution_options(synchronize_session="fetch"))


def tidy(session: Session, at: datetime) -> int:
    """Lets go of what is over, with the names in it; how many there were."""
    over = select(Invitation.id).where(Invitation.ends_at < at - timedelta(days=DAYS)).limit(500)
    gone = session.scalars(select(Invitation).where(Invitation.id.in_(over))).all()
    for one in gone:
        session.delete(one)
    session.flush()
    return len(gone)


# --- finders ---


def known(session: Session, case_id: int) -> list[Known]:
    """Those who follow the case or have a comment on it, gave a name, and are not in the team. One statement."""
    follow = select(Follow.person_id).where(Follow.kind == "case", Follow.noun_id == case_id)
    on_case = Comment.kind.in_(("case", "problem", "vision")), Comment.noun_id == case_id
    wrote = select(Comment.author_id).where(*on_case, Comment.state == CommentState.PUBLIC)
    inside = select(Member.person_id).where(
        Member.case_id == case_id, Member.left_at.is_(None), Member.person_id.is_not(None)
    )
    around = union(follow, wrote).scalar_subquery()
    query = select(Person.id, Person.name).where(
        Person.id.in_(around), Person.name != "", Person.level >= people.Level.NEIGHBOUR, Person.id.not_in(inside)
    )
    return [Known(row.id, row.name) for row in session.execute(query.order_by(Person.name).limit(MOST_KNOWN))]


def by_number(session: Session, number: int, *, case_id: int) -> Invitation:
    """Raises NotFound."""
    own = Invitation.id == number, Invitation.case_id == case_id
    found = session.scalar(select(Invitation).where(*own)) if number < 2**31 else None
    if found is None:
        raise NotFound(say("There is no such invitation."))
    return found


def own(session: Session, number: int, *, case_id: int, person: Person) -> Invitation:
    """An invitation to this person. Raises NotFound for everybody else."""
    found = by_number(session, number, case_id=case_id)
    if found.person_id != person.id:
        raise NotFound(say("There is no such invitation."))
    return found


def by_word(session: Session, word: str, *, area_id: int, at: datetime) -> Invitation:
    """What a link leads to; nothing is used up. Raises NotFound when it is wrong, answered or too old."""
    open_ = (Invitation.code_mark == mark(word), Invitation.area_id == area_id, *_is_open(at))
    found = session.scalar(select(Invitation).where(*open_))
    if found is None:
        raise NotFound(say("This invitation was used or is too old. Ask for a new one."))
    return found


def is_open(invitation: Invitation, *, at: datetime) -> bool:
    return invitation.answered_at is None and invitation.ends_at > at


def of_case(session: Session, case_id: int, *, at: datetime) -> list[Invitation]:
    """What waits for an answer, newest first."""
    query = select(Invitation).where(Invitation.case_id == case_id, *_is_open(at))
    return list(session.scalars(query.order_by(Invitation.id.desc())))


def of_person(session: Session, person: Person, language: str, *, at: datetime) -> list[ForMe]:
    """What waits for somebody's answer. Two statements."""
    query = (
        select(Invitation.id, Case.id.label("case_id"), Case.area_id, Case.texts_id)
        .join(Case, Case.id == Invitation.case_id)
        .where(Invitation.person_id == person.id, *_is_open(at))
    )
    rows = session.execute(query.order_by(Invitation.id)).all()
    said = said_texts.read(session, [row.texts_id for row in rows], language)
    return [ForMe(row.id, row.case_id, row.area_id, said[row.texts_id]["title"]) for row in rows]


# --- who hears of it ---


@notices.said(INVITED, notices.Kind(longest=timedelta(days=7)))
def invited_words(session: Session, notice: Notice, language: str) -> Message:
    invitation = session.get(Invitation, notice.noun_id)
    if invitation is None or invitation.answered_at is not None:
        raise NotFound(say("There is no such invitation."))
    case = cases.by_number(session, invitation.case_id)
    title = case_news.excerpt(said_texts.read_one(session, case.texts_id, language)["title"])
    slug = areas.by_id(session, case.area_id).slug
    return Message(
        say("A team invites you").into(language),
        say("%(case)s: say yes or no within %(days)s days.", case=title, days=DAYS).into(language),
        addresses.team_invitation(language, slug, case.id, invitation.id),
    )


@notices.said(ANSWERED)
def answered_words(session: Session, notice: Notice, language: str) -> Message:
    invitation = session.get(Invitation, notice.noun_id)
    if invitation is None:
        raise NotFound(say("There is no such invitation."))
    name = case_news.excerpt(invitation.name)
    slug = areas.by_id(session, invitation.area_id).slug
    if invitation.answer == Answer.YES:
        title, body = say("Your invitation was accepted"), say("%(name)s is in the team now.", name=name)
    else:
        title, body = say("Your invitation was declined"), say("%(name)s can’t join now.", name=name)
    path = addresses.team_room(language, slug, invitation.case_id)
    return Message(title.into(language), body.into(language), path)


# --- private parts ---


def _is_open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.answered_at.is_(None), Invitation.ends_at > at


def _end_old(session: Session, case_id: int, person_id: int, at: datetime) -> None:
    """One that nobody answered in time makes room for a new one."""
    old = Invitation.case_id == case_id, Invitation.person_id == person_id, Invitation.answered_at.is_(None)
    session.execute(update(Invitation).where(*old, Invitation.ends_at <= at).values(answered_at=at))


def _settle(session: Session, invitation: Invitation, answer: Answer, at: datetime, **more: Any) -> None:
    """Of two who answer at once the first counts."""
    still = update(Invitation).where(Invitation.id == invitation.id, *_is_open(at))
    done = still.values(answer=str(answer), answered_at=at, **more).returning(Invitation.id)
    if session.scalar(done.execution_options(synchronize_session="fetch")) is None:
        raise Conflict(say("This invitation was used or is too old. Ask for a new one."))


def _tell_inviter(session: Session, invitation: Invitation, at: datetime) -> None:
    if invitation.by is not None:
        _tell(session, ANSWERED, invitation.id, invitation.area_id, invitation.by, at)


def _tell(session: Session, kind: str, number: int, area_id: int, person_id: int, at: datetime) -> None:
    notices.tell(
        session, kind=kind, area_id=area_id, noun_id=number, audience="person", audience_id=person_id, at=at,
        ends_at=at + timedelta(days=DAYS),
    )  # fmt: skip
