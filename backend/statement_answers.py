"""What follows from the texts of a team: who is asked for a yes, what is usually there, and how one is reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from . import addresses, areas, case_news, cases, notices, reportable, stage_checks, statements, teams, texts
from .areas import Area
from .cases import Case, Stage
from .errors import NotFound
from .notices import Message, Notice
from .people import Person
from .reportable import Look, Reportable
from .statements import KINDS, Acceptance, Kind, Statement
from .teams import Member
from .texts import Words
from .waiting import Waiting
from .wording import Wording, say

WRITTEN = "statement_written"
TELL_WITHIN = timedelta(days=30)
ASKED: Mapping[str, Wording] = {
    Kind.PROBLEM: say("Your team has written down the problem"),
    Kind.VISION: say("Your team has written down its picture of the future"),
    Kind.AGREEMENT: say("Your team has an agreement on roles"),
}


@dataclass(frozen=True)
class ForMe:
    """A text of one of my teams that waits for my yes."""

    case_id: int
    area_id: int
    kind: str
    title: Words  # of the case

    @property
    def words(self) -> Wording:
        return KINDS[self.kind]


def waiting_for(session: Session, person: Person, language: str) -> list[ForMe]:
    """What somebody's teams ask them to say yes to, newest first. Two statements."""
    later = aliased(Statement)
    newest = select(func.max(later.number)).where(
        later.case_id == Statement.case_id, later.kind == Statement.kind, later.is_hidden.is_(False)
    )
    said_yes = select(Acceptance.id).where(Acceptance.statement_id == Statement.id, Acceptance.person_id == person.id)
    query = (
        select(Case.id, Case.area_id, Case.texts_id, Statement.kind)
        .join(Statement, Statement.case_id == Case.id)
        .join(Member, (Member.case_id == Case.id) & Member.left_at.is_(None) & (Member.person_id == person.id))
        .where(Statement.number == newest.scalar_subquery(), Statement.is_hidden.is_(False), ~said_yes.exists())
    )
    rows = session.execute(query.order_by(Statement.id.desc())).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [ForMe(row.id, row.area_id, row.kind, said[row.texts_id]["title"]) for row in rows]


# --- who is asked ---


@statements.when_written
def ask_the_team(session: Session, statement: Statement, at: datetime) -> None:
    """Everybody in the team but whoever wrote it."""
    for person_id in teams.people_in(session, statement.case_id):
        if person_id != statement.by:
            _ask(session, statement, person_id, at)


@teams.when_joined
def ask_a_new_member(session: Session, member: Member, at: datetime) -> None:
    """Whoever comes later is asked for the agreement that stands."""
    found = statements.latest(session, member.case_id, Kind.AGREEMENT)
    if found is not None and member.person_id is not None:
        _ask(session, found, member.person_id, at)


@notices.said(WRITTEN, notices.Kind(urgency="low"))
def words(session: Session, notice: Notice, language: str) -> Message:
    statement = session.get(Statement, notice.noun_id)
    if statement is None or statement.is_hidden:
        raise NotFound(say("The team has not written this yet."))
    case = cases.by_number(session, statement.case_id)
    title = texts.read_one(session, case.texts_id, language)["title"]
    body = say("%(case)s: read it, and say yes if you agree.", case=case_news.excerpt(title))
    slug = areas.by_id(session, case.area_id).slug
    path = addresses.statement(language, slug, case.id, statement.kind)
    return Message(ASKED[statement.kind].into(language), body.into(language), path)


def _ask(session: Session, statement: Statement, person_id: int, at: datetime) -> None:
    notices.tell(
        session, kind=WRITTEN, area_id=statement.area_id, noun_id=statement.id, audience="person",
        audience_id=person_id, at=at, ends_at=at + TELL_WITHIN,
    )  # fmt: skip


# --- what is usually there ---


@stage_checks.usual(Stage.TEAM, say("An agreement on roles that most of the team accepts"))
def has_agreement(session: Session, case_id: int) -> bool:
    return _is_shared(session, case_id, Kind.AGREEMENT)


@stage_checks.usual(Stage.PROBLEM_AND_VISION, say("A problem text that most of the team accepts"))
def has_problem(session: Session, case_id: int) -> bool:
    return _is_shared(session, case_id, Kind.PROBLEM)


@stage_checks.usual(Stage.PROBLEM_AND_VISION, say("A picture of the future that most of the team accepts"))
def has_vision(session: Session, case_id: int) -> bool:
    return _is_shared(session, case_id, Kind.VISION)


def _is_shared(session: Session, case_id: int, kind: str) -> bool:
    """Whether most of the team says yes to what stands. One statement."""
    shown = Statement.case_id == case_id, Statement.kind == kind, Statement.is_hidden.is_(False)
    newest = select(Statement.id).where(*shown).order_by(Statement.number.desc()).limit(1).scalar_subquery()
    here = Member.case_id == case_id, Member.left_at.is_(None), Member.person_id.is_not(None)
    asked = select(func.count()).select_from(Member).where(*here).scalar_subquery()
    yes = (
        select(func.count())
        .select_from(Acceptance)
        .join(Member, Member.person_id == Acceptance.person_id)
        .where(Acceptance.statement_id == newest, *here)
        .scalar_subquery()
    )
    said, of = session.execute(select(yes, asked)).one()
    return bool(said * 2 > of)


# --- reports ---


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Statement, Area.slug, Person.name, Person.language)
        .join(Area, Area.id == Statement.area_id)
        .outerjoin(Person, Person.id == Statement.by)
        .where(Statement.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [one.texts_id for one, *_ in rows], language)
    return {
        one.id: Look(
            one.id, one.area_id, KINDS[one.kind], "", said[one.texts_id]["text"].text,
            said[one.texts_id]["text"].language or language,
            addresses.statements(language, slug, one.case_id, one.kind), not one.is_hidden, one.by, name or "",
            reads or "",
        )
        for one, slug, name, reads in rows
    }  # fmt: skip


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    statements.set_hidden(session, number, True)
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    statements.set_hidden(session, number, False)


reportable.offer("statement", Reportable(look_at, take_down, put_back, say("Your team's text was taken down")))
