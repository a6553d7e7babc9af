"""Needs: what a case lacks to become real: competence, hands, a room, money or things (pre-study p. 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, case_news, cases, revisions, stage_checks, teams, texts, typed
from .cases import Case, Stage
from .database import Base
from .errors import NotAllowed, NotFound, Refusal
from .notices import Notice
from .people import Person
from .texts import Words
from .wording import Wording, say

LONGEST_WORDS = 200  # characters of what is needed
LONGEST_UNIT = 30  # characters, such as "hours a week"
MOST = 9_999_999  # of anything; kronor of money


class Kind(StrEnum):
    COMPETENCE = "competence"
    HANDS = "hands"
    ROOM = "room"
    MONEY = "money"
    THINGS = "things"


KINDS: Mapping[str, Wording] = {
    Kind.COMPETENCE: say("Somebody who knows how"),
    Kind.HANDS: say("Hands that help"),
    Kind.ROOM: say("A room or a place"),
    Kind.MONEY: say("Money"),
    Kind.THINGS: say("Things"),
}


class Need(Base):
    """Something that a case needs, for as long as it is open."""

    __tablename__ = "needs"
    __table_args__ = (CheckConstraint("how_much > 0", name="how_much"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(20))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "words", and "unit" of how much
    how_much: Mapped[int | None]  # in that unit, of money in whole kronor; empty: whatever somebody can give
    until: Mapped[datetime | None]  # the end of its last day; empty: there is no hurry
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]  # nothing more is needed of it
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    """A need as pages show it."""

    id: int
    kind: str
    words: Words
    unit: Words
    how_much: int | None
    until: datetime | None
    is_closed: bool

    @property
    def kind_name(self) -> Wording:
        return KINDS[self.kind]

    @property
    def is_money(self) -> bool:
        return self.kind == Kind.MONEY


def may_write(session: Session, person: Person | None, case: Case) -> bool:
    """Coordinators of the area, and everybody in the team."""
    return cases.may_lead(person, case.area_id) or teams.is_member(session, case.id, person)


def make_sure_may_write(session: Session, person: Person | None, case: Case) -> None:
    """Raises NotAllowed for whoever is neither in the team nor coordinates the area."""
    if not may_write(session, person, case):
        raise NotAllowed(say("Only the team and its coordinator may do this."))


# --- verbs ---


def add(
    session: Session, case: Case, *, kind: str, by_language: Mapping[str, Mapping[str, str]], original: str,
    by: Person, at: datetime, how_much: int | None = None, until: datetime | None = None,
) -> Need:  # fmt: skip
    """Says what the case needs, out of {"sv": {"words": ..., "unit": ...}}; its followers hear it.

    how_much is in that unit, of money in kronor; until is a moment. NotAllowed, Refusal.
    """
    make_sure_may_write(session, by, case)
    if kind not in KINDS:
        raise Refusal(say("Choose one of what is offered."), field="kind")
    if how_much is not None and not 1 <= how_much <= MOST:
        raise Refusal(say("Write a whole number between %(least)s and %(most)s.", least=1, most=MOST), field="how_much")
    if until is not None and until <= at:
        raise Refusal(say("This day has passed already. Choose a later one."), field="day")
    said = texts.write(session, _checked(by_language, original, kind), original=original)
    new = Need(
        case_id=case.id, area_id=case.area_id, kind=kind, texts_id=said.id, how_much=how_much, until=until,
        by_id=by.id, created_at=at,
    )  # fmt: skip
    session.add(new)
    session.flush()
    audit.note(session, "need.added", at=at, by=by, area_id=case.area_id, noun_id=new.id)
    case_news.tell(session, "need_added", case.id, noun_id=new.id, area_id=case.area_id, at=at)
    revisions.raise_(session, case.area_id, "cases")
    return new


def close(session: Session, need: Need, *, by: Person, at: datetime) -> None:
    """Nothing more is needed of it; closing twice changes nothing. NotAllowed."""
    _set_closed(session, need, at if need.closed_at is None else need.closed_at, "need.closed", by=by, at=at)


def open_again(session: Session, need: Need, *, by: Person, at: datetime) -> None:
    """It is needed after all. NotAllowed."""
    _set_closed(session, need, None, "need.opened", by=by, at=at)


def hide(session: Session, need: Need, is_hidden: bool) -> None:
    """Takes it down after a report, or puts it back."""
    need.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, need.area_id, "cases")


# --- finders ---


def of_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """What a case needs, the open first, then as they came. Two statements."""
    columns = (Need.id, Need.kind, Need.texts_id, Need.how_much, Need.until, Need.closed_at)
    query = select(*columns).where(Need.case_id == case_id, Need.is_hidden.is_(False))
    rows = session.execute(query.order_by(Need.closed_at.is_not(None), Need.id)).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [
        Listed(row.id, row.kind, own["words"], own["unit"], row.how_much, row.until, row.closed_at is not None)
        for row in rows
        for own in (said[row.texts_id],)
    ]


def by_number(session: Session, number: int, *, case_id: int) -> Need:
    """A need of this case that was not taken down. Raises NotFound."""
    found = session.get(Need, number) if number < 2**31 else None
    if found is None or found.case_id != case_id or found.is_hidden:
        raise NotFound(say("There is no need with this number."))
    return found


def unit_of(session: Session, number: int | None, language: str) -> Words:
    """What a need is counted in; empty for none."""
    set_id = session.scalar(select(Need.texts_id).where(Need.id == number)) if number else None
    return texts.read_one(session, set_id, language)["unit"] if set_id else texts.MISSING


# --- what others hear and look for ---


@case_news.said("need_added", anchor="stop-6")
def news(session: Session, notice: Notice, language: str) -> Wording:
    need = by_number(session, notice.noun_id, case_id=notice.audience_id)
    words = texts.read_one(session, need.texts_id, language)["words"]
    return say("We need: %(words)s Can you help?", words=case_news.excerpt(words))


@stage_checks.usual(Stage.RESOURCES, say("What is needed is written down."))
def is_any_written(session: Session, case_id: int) -> bool:
    query = select(Need.id).where(Need.case_id == case_id, Need.is_hidden.is_(False))
    return session.scalar(query.limit(1)) is not None


# --- private parts ---


def _set_closed(
    session: Session, need: Need, closed_at: datetime | None, act: str, *, by: Person, at: datetime
) -> None:
    make_sure_may_write(session, by, cases.by_number(session, need.case_id))
    if need.closed_at == closed_at:
        return
    need.closed_at = closed_at
    session.flush()
    audit.note(session, act, at=at, by=by, area_id=need.area_id, noun_id=need.id)
    revisions.raise_(session, need.area_id, "cases")


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str, kind: str) -> dict[str, dict[str, str]]:
    """Money is counted in kronor, so it has no unit of its own."""
    typed.text(by_language.get(original, {}).get("words"), field="words", most=LONGEST_WORDS)
    most = {"words": LONGEST_WORDS} if kind == Kind.MONEY else {"words": LONGEST_WORDS, "unit": LONGEST_UNIT}
    return {
        tag: {name: typed.text(said.get(name), field=name, most=most[name], needed=False) for name in most}
        for tag, said in by_language.items()
    }
