"""A team's own notes, for its members and coordinators alone: in no search, no feed, and nobody else's export."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import restrictions, team_work, typed
from .cases import Case, may_lead
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound
from .people import Person
from .teams import Member
from .wording import say

LONGEST = 1000  # characters
MOST = 100  # on the page


class TeamNote(Base):
    __tablename__ = "team_notes"
    __table_args__ = (Index("ix_team_notes_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))  # of the page it was written on
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)  # empty: has left
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # of its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    at: Mapped[datetime]


@dataclass(frozen=True)
class Written:
    """A note as the team's room shows it."""

    number: int
    text: str
    language: str
    by: str  # empty: they gave no name, or have left
    by_id: int | None
    at: datetime


def may_remove(note: TeamNote | Written, person: Person, area_id: int) -> bool:
    """Whoever wrote it, and coordinators."""
    wrote = note.by if isinstance(note, TeamNote) else note.by_id
    return wrote == person.id or may_lead(person, area_id)


def write(
    session: Session, case: Case, *, text: str | None, language: str, by: Person, at: datetime,
    client_uuid: str | None = None,
) -> None:  # fmt: skip
    """The same client_uuid with the same words is the same note, with others a Conflict. NotAllowed, Refusal."""
    make_sure_may_enter(session, case, by)
    restrictions.make_sure_may_join(session, by, case.area_id, at=at)
    clean, client_uuid = typed.text(text, field="text", most=LONGEST), typed.uuid(client_uuid)
    mark = hashlib.sha256(f"{case.id}\0{by.id}\0{clean}".encode()).hexdigest()
    values = {
        "case_id": case.id, "area_id": case.area_id, "text": clean, "language": language, "by": by.id, "at": at,
        "client_uuid": client_uuid, "content_mark": mark,
    }  # fmt: skip
    new = insert(session, TeamNote).values(values).on_conflict_do_nothing(index_elements=["client_uuid"])
    if session.scalar(new.returning(TeamNote.id)) is None:
        before = session.scalar(select(TeamNote.content_mark).where(TeamNote.client_uuid == client_uuid))
        if before != mark:
            raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")


def remove(session: Session, note: TeamNote, *, by: Person) -> None:
    """NotAllowed."""
    if not may_remove(note, by, note.area_id):
        raise NotAllowed(say("Only whoever wrote this note may remove it."))
    session.delete(note)
    session.flush()


def of_case(session: Session, case: Case, *, reader: Person) -> list[Written]:
    """The latest MOST notes, newest first. NotAllowed for whoever is not in the team and does not coordinate it."""
    make_sure_may_enter(session, case, reader)
    name = func.coalesce(Member.name, Person.name, "").label("name")
    here = (Member.person_id == TeamNote.by) & (Member.case_id == case.id) & Member.left_at.is_(None)
    query = select(TeamNote, name).outerjoin(Person, Person.id == TeamNote.by).outerjoin(Member, here)
    rows = session.execute(query.where(TeamNote.case_id == case.id).order_by(TeamNote.id.desc()).limit(MOST))
    return [Written(note.id, note.text, note.language, by, note.by, note.at) for note, by in rows]


def by_number(session: Session, number: int, case: Case, *, reader: Person) -> TeamNote:
    """Raises NotAllowed, NotFound."""
    make_sure_may_enter(session, case, reader)
    own = TeamNote.id == number, TeamNote.case_id == case.id
    found = session.scalar(select(TeamNote).where(*own)) if number < 2**31 else None
    if found is None:
        raise NotFound(say("There is no note with this number."))
    return found


def make_sure_may_enter(session: Session, case: Case, person: Person) -> None:
    """Raises NotAllowed."""
    if not team_work.may_work(session, person, case):
        raise NotAllowed(say("This room is for the team alone. You can ask to join."))
