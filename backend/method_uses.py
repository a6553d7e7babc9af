""" "We used this, and ...": what a case tells of a method card, on the card itself, for the next who try it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, people, revisions, team_work, texts, typed
from .areas import Area
from .cases import Case
from .database import Base, insert
from .errors import Conflict
from .methods import Card
from .people import Person, Role
from .team_work import A_DAY
from .teams import Member
from .texts import Words
from .wording import say

LONGEST_TEXT = 400  # characters
LATEST = 50  # shown on a card
MOST_CASES = 200  # to choose from, in the form


class MethodUse(Base):
    __tablename__ = "method_uses"
    __table_args__ = (Index("ix_method_uses_method", "method", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(String(40))  # the slug of its card
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text": what happened
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]


@dataclass(frozen=True)
class Written:
    """What a case told, as the card shows it."""

    id: int
    text: Words
    case_id: int
    area_id: int
    case: Words  # its title
    at: datetime


# --- verbs ---


def tell(
    session: Session, card: Card, case: Case, *, by_language: Mapping[str, Mapping[str, str]], original: str,
    by: Person, at: datetime, client_uuid: str | None = None,
) -> MethodUse:  # fmt: skip
    """A case tells what happened when it used the card, out of {"sv": {"text": ...}}.

    The same client_uuid with the same words is the same telling again; with others it raises Conflict. NotAllowed
    unless by works on the case, Refusal.
    """
    team_work.make_sure_may_work(session, by, case, at=at, lately=lambda: _lately(session, by, at))
    typed.text(by_language.get(original, {}).get("text"), field="text", most=LONGEST_TEXT)
    said = {
        tag: {"text": typed.text(own.get("text"), field="text", most=LONGEST_TEXT, needed=False)}
        for tag, own in by_language.items()
    }
    client_uuid = typed.uuid(client_uuid)
    sent = (card.slug, case.id, by.id, sorted((tag, own["text"]) for tag, own in said.items()))
    mark = hashlib.sha256(repr(sent).encode()).hexdigest()
    written = texts.write(session, said, original=original)
    new = insert(session, MethodUse).values(
        method=card.slug, case_id=case.id, area_id=case.area_id, texts_id=written.id, by_id=by.id,
        client_uuid=client_uuid, content_mark=mark, is_hidden=False, at=at,
    )  # fmt: skip
    first = new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(MethodUse)
    made: MethodUse | None = session.scalar(first)
    if made is None:
        session.delete(written)
        session.flush()
        return _sent_before(session, client_uuid, mark)
    audit.note(session, "method.used", at=at, by=by, area_id=case.area_id, noun_id=made.id)
    revisions.raise_(session, case.area_id, "methods")
    return made


def hide(session: Session, use: MethodUse, is_hidden: bool) -> None:
    """Takes it down after a report, or puts it back."""
    use.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, use.area_id, "methods")


# --- finders ---


def of_card(session: Session, slug: str, language: str) -> list[Written]:
    """What cases told of a card, newest first. Two statements."""
    columns = (MethodUse.id, MethodUse.texts_id, MethodUse.case_id, MethodUse.area_id, MethodUse.at)
    query = select(*columns, Case.texts_id.label("case_texts")).join(Case, Case.id == MethodUse.case_id)
    shown = query.where(MethodUse.method == slug, MethodUse.is_hidden.is_(False))
    rows = session.execute(shown.order_by(MethodUse.id.desc()).limit(LATEST)).all()
    said = texts.read(session, [number for row in rows for number in (row.texts_id, row.case_texts)], language)
    return [
        Written(row.id, said[row.texts_id]["text"], row.case_id, row.area_id, said[row.case_texts]["title"], row.at)
        for row in rows
    ]


def counts(session: Session) -> dict[str, int]:
    """{slug: how many cases told of it}. One statement."""
    query = select(MethodUse.method, func.count(MethodUse.case_id.distinct())).where(MethodUse.is_hidden.is_(False))
    return dict(session.execute(query.group_by(MethodUse.method)).all())


def cases_of(session: Session, person: Person, language: str) -> list[tuple[int, str, Words]]:
    """The (case id, slug of its area, title) of the cases that somebody works on, the newest first. Two statements."""
    mine = select(Member.case_id).where(Member.person_id == person.id, Member.left_at.is_(None))
    led = people.areas_of(person, Role.COORDINATOR)
    leads = Case.area_id.in_(led) if led is not None else Case.id.is_not(None)
    query = select(Case.id, Area.slug, Case.texts_id).join(Area, Area.id == Case.area_id)
    found = query.where(or_(Case.id.in_(mine), leads)).order_by(Case.id.desc()).limit(MOST_CASES)
    rows = session.execute(found).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [(row.id, row.slug, said[row.texts_id]["title"]) for row in rows]


# --- private parts ---


def _lately(session: Session, by: Person, at: datetime) -> int:
    query = select(func.count()).select_from(MethodUse).where(MethodUse.by_id == by.id, MethodUse.at > at - A_DAY)
    return session.scalar(query) or 0


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> MethodUse:
    before = session.scalar(select(MethodUse).where(MethodUse.client_uuid == client_uuid))
    if before is None or before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before
