"""What speaks for an option and what against it, in a few words of the team's; residents argue through comments."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, and_, delete, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import cases, revisions, team_work, typed
from .database import Base, insert
from .errors import Conflict, Refusal
from .options import Option
from .people import Person
from .teams import Member
from .wording import Wording, say

LONGEST_ARGUMENT = 200  # characters


class Side(StrEnum):
    FOR = "for"
    AGAINST = "against"


SIDES: Mapping[str, Wording] = {
    Side.FOR: say("This speaks for it"),
    Side.AGAINST: say("This speaks against it"),
}


class Argument(Base):
    __tablename__ = "option_arguments"
    __table_args__ = (CheckConstraint("side IN ('for', 'against')", name="side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("options.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    side: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))  # the author's page language
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    id: int
    side: str
    text: str
    language: str
    by: str  # as the team calls them; empty: somebody who has left


def argue(
    session: Session, option: Option, *, side: str, text: str | None, language: str, by: Person, at: datetime,
    client_uuid: str | None = None,
) -> Argument:  # fmt: skip
    """An argument for or against. The same client_uuid with the same words is the same argument again.

    NotAllowed unless by works on the case; Refusal that names "side" or "text"; Conflict for a repeat with other words.
    """
    if side not in SIDES:
        raise Refusal(say("Choose one of what is offered."), field="side")
    clean, client_uuid = typed.line(text, field="text", most=LONGEST_ARGUMENT), typed.uuid(client_uuid)
    mark = hashlib.sha256("\0".join((str(option.id), str(by.id), side, clean)).encode()).hexdigest()
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    _make_sure_may_argue(session, option, by, at)
    new = insert(session, Argument).values(
        option_id=option.id, area_id=option.area_id, side=side, text=clean, language=language, by_id=by.id,
        client_uuid=client_uuid, content_mark=mark, is_hidden=False, at=at,
    )  # fmt: skip
    made: Argument | None = session.scalar(
        new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Argument)
    )
    if made is None:
        return argue(session, option, side=side, text=clean, language=language, by=by, at=at, client_uuid=client_uuid)
    revisions.raise_(session, option.area_id, "cases")
    return made


def forget(session: Session, person: Person) -> None:
    """What they said goes."""
    gone = delete(Argument).where(Argument.by_id == person.id).returning(Argument.area_id)
    for area_id in set(session.scalars(gone)):
        revisions.raise_(session, area_id, "cases")


def of_options(session: Session, option_ids: Collection[int]) -> dict[int, list[Listed]]:
    """{option id: its arguments, oldest first}, in one statement."""
    in_team = and_(Member.case_id == Option.case_id, Member.person_id == Argument.by_id, Member.left_at.is_(None))
    called = func.coalesce(Member.name, Person.name, "")
    query = (
        select(Argument.option_id, Argument.id, Argument.side, Argument.text, Argument.language, called)
        .join(Option, Option.id == Argument.option_id)
        .outerjoin(Member, in_team)
        .outerjoin(Person, Person.id == Argument.by_id)
        .where(Argument.option_id.in_(option_ids), Argument.is_hidden.is_(False))
        .order_by(Argument.id)
    )
    found: dict[int, list[Listed]] = {number: [] for number in option_ids}
    for option_id, number, side, text, language, by in session.execute(query):
        found[option_id].append(Listed(number, side, text, language, by))
    return found


def _make_sure_may_argue(session: Session, option: Option, by: Person, at: datetime) -> None:
    case, since = cases.by_number(session, option.case_id), at - team_work.A_DAY
    lately = select(func.count()).select_from(Argument).where(Argument.by_id == by.id, Argument.at > since)
    team_work.make_sure_may_work(session, by, case, at=at, lately=lambda: session.scalar(lately) or 0)


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Argument | None:
    before = session.scalar(select(Argument).where(Argument.client_uuid == client_uuid)) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before
