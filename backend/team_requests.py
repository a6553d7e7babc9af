"""Asking to be in a team: an ambassador or a coordinator answers, unless the team is open to all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import (
    addresses,
    areas,
    audit,
    case_news,
    cases,
    notices,
    people,
    restrictions,
    revisions,
    team_words,
    teams,
    typed,
)
from . import texts as said_texts
from .cases import Case
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .notices import Message, Notice
from .people import LONGEST_NAME, GivenRole, Person, Role
from .teams import Member
from .texts import Words
from .wording import say

LONGEST_NOTE = 300  # characters
ASKED, ANSWERED = "team_asked", "team_request_answered"
TELL_WITHIN = timedelta(days=30)
KEPT = timedelta(days=180)  # with its answer


class Answer(StrEnum):
    WELCOME = "welcome"
    NOT_NOW = "not_now"
    TAKEN_BACK = "taken_back"  # by whoever asked


class TeamRequest(Base):
    __tablename__ = "team_requests"
    __table_args__ = (
        Index("uq_team_requests_open", "case_id", "person_id", unique=True,
              sqlite_where=text("answered_at IS NULL"), postgresql_where=text("answered_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # what the team shall call them
    sector: Mapped[str] = mapped_column(String(20))  # one of teams.Sector
    gives: Mapped[str] = mapped_column(Text, default="")  # what they can give, in their own words
    language: Mapped[str] = mapped_column(String(12))  # of these words
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(12), default="")  # one of Answer; empty: it waits
    note: Mapped[str] = mapped_column(Text, default="")  # a word with a "not now", to whoever asked
    note_language: Mapped[str] = mapped_column(String(12), default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]


@dataclass(frozen=True)
class OfMine:
    """What somebody asked, as their own page shows it."""

    case_id: int
    area_id: int
    title: Words


# --- verbs ---


def set_rule(session: Session, case: Case, is_open: bool, *, by: Person, at: datetime) -> None:
    """Whether everybody who asks is in the team at once. NotAllowed unless by coordinates the area."""
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    case.team_is_open = is_open
    session.flush()
    audit.note(session, "team.opened" if is_open else "team.asks", at=at, by=by, area_id=case.area_id, noun_id=case.id)
    revisions.raise_(session, case.area_id, "cases")


def ask(
    session: Session, case: Case, person: Person, *, name: str | None, sector: str | None, gives: str | None,
    language: str, at: datetime,
) -> bool:  # fmt: skip
    """Whether person is in the team now: at once where it is open to all, else an answer is awaited.

    Asking again while one waits, or from within the team, changes nothing. NotAllowed for guests and the suspended,
    Refusal that names "name", "sector" or "gives".
    """
    if not teams.may_join(person):
        raise NotAllowed(say("Sign in first. Then you can ask to join."))
    restrictions.make_sure_may_join(session, person, case.area_id, at=at)
    called = teams.checked_name(people.own_name(session, person, name or ""))
    sector = teams.checked_sector(sector)
    words = typed.text(gives, field="gives", most=team_words.LONGEST, needed=False)
    if teams.is_member(session, case.id, person):
        return True
    if case.team_is_open:
        _take_in(session, case, person, called, sector, words, language, at)
        return True
    values = {
        "case_id": case.id, "area_id": case.area_id, "person_id": person.id, "name": called, "sector": sector,
        "gives": words, "language": language, "at": at, "answer": "", "note": "", "note_language": "",
    }  # fmt: skip
    new = insert(session, TeamRequest).values(values).on_conflict_do_nothing().returning(TeamRequest.id)
    number = session.execute(new).scalar()
    if number is not None:
        for receiver in _answerers(session, case):
            _tell(session, ASKED, number, case, receiver, at)
    return False


def answer(
    session: Session, request: TeamRequest, *, is_welcome: bool, by: Person, at: datetime, note: str | None = "",
    note_language: str = "",
) -> None:  # fmt: skip
    """Takes somebody in, or not now; they hear of it in their language.

    NotAllowed unless by leads the team, Conflict where it was answered already, Refusal that names "note".
    """
    case = cases.by_number(session, request.case_id)
    if not teams.may_lead(session, case, by):
        raise only_leaders()
    words = typed.text(note, field="note", most=LONGEST_NOTE, needed=False)
    given = {"note": words, "note_language": note_language if words else "", "answered_by": by.id}
    _settle(session, request, Answer.WELCOME if is_welcome else Answer.NOT_NOW, at, **given)
    if is_welcome:
        person = session.get_one(Person, request.person_id)
        _take_in(session, case, person, request.name, request.sector, request.gives, request.language, at)
    audit.note(
        session, f"team_request.{request.answer}", at=at, by=by, area_id=case.area_id, noun_id=request.id
    )  # fmt: skip
    _tell(session, ANSWERED, request.id, case, request.person_id, at)


def take_back(session: Session, request: TeamRequest, *, by: Person, at: datetime) -> None:
    """NotAllowed unless it is by's own, Conflict where it was answered already."""
    if request.person_id != by.id:
        raise NotAllowed(say("Only whoever asked may take this back."))
    _settle(session, request, Answer.TAKEN_BACK, at)


@teams.when_joined
def settle_the_rest(session: Session, member: Member, at: datetime) -> None:
    """Whoever came in by another door awaits no answer any more."""
    open_ = TeamRequest.case_id == member.case_id, TeamRequest.person_id == member.person_id
    settled = update(TeamRequest).where(*open_, TeamRequest.answered_at.is_(None)).values(answer=str(Answer.WELCOME))
    session.execute(settled.values(answered_at=at).execution_options(synchronize_session="fetch"))


def tidy(session: Session, at: datetime) -> int:
    """Lets go of what was answered long ago; how many there were."""
    old = select(TeamRequest.id).where(TeamRequest.answered_at < at - KEPT).limit(500)
    gone = delete(TeamRequest).where(TeamRequest.id.in_(old)).returning(TeamRequest.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


# --- finders ---


def by_number(session: Session, number: int, *, case_id: int) -> TeamRequest:
    """Raises NotFound."""
    own = TeamRequest.id == number, TeamRequest.case_id == case_id
    found = session.scalar(select(TeamRequest).where(*own)) if number < 2**31 else None
    if found is None:
        raise NotFound(say("Nobody asked with this number."))
    return found


def waiting(session: Session, case_id: int) -> list[TeamRequest]:
    """Who waits for an answer, the longest first."""
    query = select(TeamRequest).where(TeamRequest.case_id == case_id, TeamRequest.answered_at.is_(None))
    return list(session.scalars(query.order_by(TeamRequest.id)))


def own(session: Session, case_id: int, person: Person) -> TeamRequest | None:
    """What somebody asked of this team last; None where they never did."""
    query = select(TeamRequest).where(TeamRequest.case_id == case_id, TeamRequest.person_id == person.id)
    return session.scalar(query.order_by(TeamRequest.id.desc()).limit(1))


def of_person(session: Session, person: Person, language: str) -> list[OfMine]:
    """The teams from which somebody awaits an answer. Two statements."""
    query = select(Case.id, Case.area_id, Case.texts_id).join(TeamRequest, TeamRequest.case_id == Case.id)
    mine = TeamRequest.person_id == person.id, TeamRequest.answered_at.is_(None)
    rows = session.execute(query.where(*mine).order_by(TeamRequest.id)).all()
    said = said_texts.read(session, [row.texts_id for row in rows], language)
    return [OfMine(row.id, row.area_id, said[row.texts_id]["title"]) for row in rows]


def waiting_in(session: Session, area_ids: Collection[int]) -> dict[int, int]:
    """{case's number: how many wait for an answer}, where anybody does. One statement."""
    query = select(TeamRequest.case_id, func.count()).where(
        TeamRequest.area_id.in_(area_ids), TeamRequest.answered_at.is_(None)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(TeamRequest.case_id))}


def only_leaders() -> NotAllowed:
    return NotAllowed(say("Only an ambassador of the team or a coordinator may do this."))


# --- who hears of it ---


@notices.said(ASKED)
def asked_words(session: Session, notice: Notice, language: str) -> Message:
    """Raises NotFound once it is answered: nobody need do anything."""
    request = session.get(TeamRequest, notice.noun_id)
    if request is None or request.answered_at is not None:
        raise NotFound(say("This was answered already."))
    case, title = _case_of(session, request.case_id, language)
    body = say("%(name)s wants to join the team of: %(case)s", name=case_news.excerpt(request.name), case=title)
    path = addresses.team_request(language, areas.by_id(session, case.area_id).slug, case.id, request.id)
    return Message(say("Somebody asks to join").into(language), body.into(language), path)


@notices.said(ANSWERED, notices.Kind(longest=timedelta(days=28)))
def answered_words(session: Session, notice: Notice, language: str) -> Message:
    request = session.get(TeamRequest, notice.noun_id)
    if request is None:
        raise NotFound(say("Nobody asked with this number."))
    case, title = _case_of(session, request.case_id, language)
    slug = areas.by_id(session, case.area_id).slug
    if request.answer == Answer.WELCOME:
        body = say("You are in the team now: %(case)s", case=title)
        return Message(say("Welcome to the team").into(language), body.into(language),
                       addresses.team_room(language, slug, case.id))  # fmt: skip
    if request.note:
        body = say("%(case)s: they wrote to you: %(note)s", case=title, note=case_news.excerpt(request.note))
    else:
        body = say("%(case)s: you can follow the case and come to its meetings.", case=title)
    return Message(say("The team can’t take you in now").into(language), body.into(language),
                   addresses.join(language, slug, case.id))  # fmt: skip


# --- private parts ---


def _settle(session: Session, request: TeamRequest, answer: Answer, at: datetime, **given: Any) -> None:
    """Of two who answer at once the first counts."""
    still = update(TeamRequest).where(TeamRequest.id == request.id, TeamRequest.answered_at.is_(None))
    done = still.values(answer=str(answer), answered_at=at, **given).returning(TeamRequest.id)
    if session.scalar(done.execution_options(synchronize_session="fetch")) is None:
        raise Conflict(say("This was answered already."))


def _take_in(
    session: Session, case: Case, person: Person, name: str, sector: str, gives: str, language: str, at: datetime
) -> None:
    try:
        teams.join(session, case, person, name=name, sector=sector, at=at)
    except NotAllowed:
        raise Conflict(say("This person can’t join for now.")) from None
    except Refusal as refusal:  # whoever answers can't mend another's name
        raise Conflict(refusal.wording) from None
    mine = teams.own(session, case.id, person)
    if gives and mine is not None:
        team_words.write(session, mine, said={"gives": gives}, language=language)


def _answerers(session: Session, case: Case) -> list[int]:
    """Ambassadors with an account, and the coordinators of the area."""
    leads = select(GivenRole.person_id).where(GivenRole.role == Role.COORDINATOR, GivenRole.area_id == case.area_id)
    return sorted({*teams.people_in(session, case.id, ambassadors_only=True), *session.scalars(leads)})


def _tell(session: Session, kind: str, number: int, case: Case, person_id: int, at: datetime) -> None:
    notices.tell(
        session, kind=kind, area_id=case.area_id, noun_id=number, audience="person", audience_id=person_id, at=at,
        ends_at=at + TELL_WITHIN,
    )  # fmt: skip


def _case_of(session: Session, case_id: int, language: str) -> tuple[Case, str]:
    case = cases.by_number(session, case_id)
    return case, case_news.excerpt(said_texts.read_one(session, case.texts_id, language)["title"])
