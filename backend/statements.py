"""What a team says together, version by version: the problem, the picture of the future, the agreement on roles.

Whoever is in the team says yes to a version, or takes that back; a new version starts without anybody's yes.
Source: pre-study pp. 8, 9 and 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, delete, false, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from . import languages, restrictions, revisions, team_work, teams, texts, typed
from .cases import Case
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound
from .people import Person
from .teams import Member
from .texts import Words
from .wording import Wording, say

MOST_VERSIONS = 50  # on the page of what was said before


class Kind(StrEnum):
    PROBLEM = "problem"
    VISION = "vision"
    AGREEMENT = "agreement"


KINDS: Mapping[str, Wording] = {
    Kind.PROBLEM: say("The problem"),
    Kind.VISION: say("The picture of the future"),
    Kind.AGREEMENT: say("The agreement on roles"),
}
LONGEST: Mapping[str, int] = {Kind.PROBLEM: 600, Kind.VISION: 600, Kind.AGREEMENT: 3000}  # characters


class Statement(Base):
    """One version of one of these texts; the newest that is not hidden stands."""

    __tablename__ = "statements"
    __table_args__ = (
        Index("uq_statements_number", "case_id", "kind", "number", unique=True),
        CheckConstraint("kind IN ('problem', 'vision', 'agreement')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(12))  # one of Kind
    number: Mapped[int]  # 1 is the first version
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)  # empty: has left
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # of its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]


class Acceptance(Base):
    __tablename__ = "acceptances"
    __table_args__ = (Index("uq_acceptances_person", "statement_id", "person_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"))
    # empty: somebody who has left for good
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Version:
    """One version, who said yes to it, and of how many."""

    id: int
    kind: str
    number: int
    text: Words
    at: datetime
    by: str  # the writer's name; empty: they gave none, or have left
    asked: int  # people in the team today who can say yes here
    names: list[str] = field(default_factory=list)  # of those who said yes and are in the team today
    others: int = 0  # who said yes and are in it no more

    @property
    def is_shared(self) -> bool:
        """Whether most of the team has said yes."""
        return len(self.names) * 2 > self.asked


Follow = TypeVar("Follow", bound=Callable[[Session, Statement, datetime], Any])
_when_written: list[Callable[[Session, Statement, datetime], Any]] = []


def when_written(follow: Follow) -> Follow:
    """Registers (session, statement, at): what follows when a new version stands."""
    _when_written.append(follow)
    return follow


# --- verbs ---


def write(
    session: Session, case: Case, kind: str, *, by_language: Mapping[str, str], original: str, after: int, by: Person,
    at: datetime, client_uuid: str | None = None,
) -> Statement:  # fmt: skip
    """A new version out of {"sv": ...}, by somebody who had read version `after` (0: there was none).

    The same client_uuid with the same words is the same version again; with other words it raises Conflict, and so
    does a newer version that came meanwhile. NotAllowed, NotFound for an unknown kind, Refusal that names "text".
    """
    make_sure_it_is_a_kind(kind)
    if not team_work.may_work(session, by, case):
        raise NotAllowed(say("Only the team and its coordinator write this."))
    restrictions.make_sure_may_join(session, by, case.area_id, at=at)
    said, mark = _checked(kind, by_language, original), _mark(case, kind, by, by_language)
    client_uuid = typed.uuid(client_uuid)
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    stands = latest(session, case.id, kind)
    if (stands.number if stands else 0) != after:
        raise newer()
    number = session.scalar(select(func.max(Statement.number)).where(*_of(case.id, kind))) or 0
    values = {
        "case_id": case.id, "area_id": case.area_id, "kind": kind, "number": number + 1, "by": by.id, "at": at,
        "texts_id": texts.write(session, said, original=original).id, "client_uuid": client_uuid,
        "content_mark": mark, "is_hidden": False,
    }  # fmt: skip
    made: Statement | None = session.scalar(
        insert(session, Statement).values(values).on_conflict_do_nothing().returning(Statement)
    )
    if made is None:  # two came at once, and the unique key took the other
        raise newer()
    for follow in _when_written:
        follow(session, made, at)
    revisions.raise_(session, case.area_id, "cases")
    return made


def accept(session: Session, case: Case, kind: str, number: int, *, by: Person, at: datetime) -> None:
    """Somebody in the team says yes to the version that stands; saying it twice changes nothing.

    NotAllowed for whoever is not in the team, Conflict where another version stands by now, NotFound.
    """
    make_sure_it_is_a_kind(kind)
    make_sure_may_accept(session, case, by)
    restrictions.make_sure_may_join(session, by, case.area_id, at=at)
    found = standing(session, case.id, kind)
    if found.number != number:
        raise newer()
    new = insert(session, Acceptance).values(statement_id=found.id, person_id=by.id, at=at)
    session.execute(new.on_conflict_do_nothing(index_elements=["statement_id", "person_id"]))
    revisions.raise_(session, case.area_id, "cases")


def take_back(session: Session, case: Case, kind: str, *, by: Person) -> None:
    """Somebody's own yes to the version that stands is gone; without one nothing changes. NotAllowed, NotFound."""
    make_sure_it_is_a_kind(kind)
    make_sure_may_accept(session, case, by)
    found = standing(session, case.id, kind)
    theirs = Acceptance.statement_id == found.id, Acceptance.person_id == by.id
    session.execute(delete(Acceptance).where(*theirs))
    revisions.raise_(session, case.area_id, "cases")


def set_hidden(session: Session, number: int, is_hidden: bool) -> None:
    """Takes one version down, so that the one before stands again; or shows it after all."""
    found = session.get_one(Statement, number)
    found.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, found.area_id, "cases")


# --- finders ---


def current(session: Session, case_id: int, language: str) -> dict[str, Version]:
    """{kind: the version that stands}, of those that were ever written. Four statements."""
    later = aliased(Statement)
    newest = select(func.max(later.number)).where(
        later.case_id == Statement.case_id, later.kind == Statement.kind, later.is_hidden.is_(False)
    )
    shown = Statement.case_id == case_id, Statement.number == newest.scalar_subquery(), Statement.is_hidden.is_(False)
    return {one.kind: one for one in _versions(session, case_id, shown, language)}


def every(session: Session, case_id: int, kind: str, language: str) -> list[Version]:
    """The latest MOST_VERSIONS versions, newest first. Four statements. Raises NotFound."""
    make_sure_it_is_a_kind(kind)
    return _versions(session, case_id, (*_of(case_id, kind), Statement.is_hidden.is_(False)), language)


def latest(session: Session, case_id: int, kind: str) -> Statement | None:
    """The version that stands; None where nothing was written."""
    shown = (*_of(case_id, kind), Statement.is_hidden.is_(False))
    return session.scalar(select(Statement).where(*shown).order_by(Statement.number.desc()).limit(1))


def standing(session: Session, case_id: int, kind: str) -> Statement:
    """The same. Raises NotFound."""
    found = latest(session, case_id, kind)
    if found is None:
        raise NotFound(say("The team has not written this yet."))
    return found


def has_accepted(session: Session, statement_id: int, person: Person) -> bool:
    own = Acceptance.statement_id == statement_id, Acceptance.person_id == person.id
    return session.scalar(select(Acceptance.id).where(*own)) is not None


def make_sure_it_is_a_kind(kind: str) -> None:
    """Raises NotFound."""
    if kind not in KINDS:
        raise NotFound(say("There is no such text of a team."))


def newer() -> Conflict:
    return Conflict(say("Somebody wrote a newer version meanwhile. Read it first."), field="text")


def make_sure_may_accept(session: Session, case: Case, person: Person) -> None:
    """Raises NotAllowed for whoever is not in the team."""
    if not teams.is_member(session, case.id, person):
        raise NotAllowed(say("Only the team says yes here. You can comment, or ask to join."))


# --- private parts ---


def _of(case_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Statement.case_id == case_id, Statement.kind == kind


def _checked(kind: str, by_language: Mapping[str, str], original: str) -> dict[str, dict[str, str]]:
    most = LONGEST[kind]
    typed.text(by_language.get(original), field="text", most=most)
    return {
        tag: {"text": typed.text(words, field="text", most=most, needed=False)}
        for tag, words in by_language.items()
        if languages.offered(tag)
    }


def _mark(case: Case, kind: str, by: Person, by_language: Mapping[str, str]) -> str:
    words = [f"{tag} {by_language[tag]}" for tag in sorted(by_language)]
    sent = "\0".join((str(case.id), kind, str(by.id), *words))
    return hashlib.sha256(sent.encode(errors="replace")).hexdigest()


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Statement | None:
    before = session.scalar(select(Statement).where(Statement.client_uuid == client_uuid)) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _versions(session: Session, case_id: int, which: tuple[ColumnElement[bool], ...], language: str) -> list[Version]:
    name = func.coalesce(Member.name, Person.name, "").label("name")
    query = (
        select(Statement, name)
        .outerjoin(Person, Person.id == Statement.by)
        .outerjoin(Member, _is_in_team(Statement.by, case_id))
        .where(*which)
        .order_by(Statement.number.desc(), Statement.id.desc())
        .limit(MOST_VERSIONS)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    said = texts.read(session, [one.texts_id for one, _ in rows], language)
    asked = len(teams.people_in(session, case_id))
    found = {
        one.id: Version(one.id, one.kind, one.number, said[one.texts_id]["text"], one.at, by, asked)
        for one, by in rows
    }  # fmt: skip
    return _with_names(session, case_id, found)


def _with_names(session: Session, case_id: int, found: dict[int, Version]) -> list[Version]:
    yes = select(Acceptance.statement_id, Member.name).outerjoin(Member, _is_in_team(Acceptance.person_id, case_id))
    others = dict.fromkeys(found, 0)
    for statement_id, name in session.execute(yes.where(Acceptance.statement_id.in_(found)).order_by(Acceptance.at)):
        if name is None:
            others[statement_id] += 1
        else:
            found[statement_id].names.append(name)
    return [replace(one, others=others[one.id]) for one in found.values()]


def _is_in_team(person_id: ColumnElement[int | None] | Mapped[int | None], case_id: int) -> ColumnElement[bool]:
    return (Member.person_id == person_id) & (Member.case_id == case_id) & Member.left_at.is_(None)
