"""Patterns: "we saw that ...", drawn together by the team or a coordinator from several things that people told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, case_news, insight_lists, restrictions, revisions, stage_checks, teams, texts, typed
from .case_news import excerpt
from .cases import Case, Stage, may_lead
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .insights import Insight, State
from .notices import Notice
from .people import Person
from .texts import Words
from .wording import Wording, say

LONGEST = 300  # characters
LEAST = 2  # insights that a pattern rests on
MOST = 40
ADDED = "pattern_added"


class Pattern(Base):
    __tablename__ = "insight_patterns"
    __table_args__ = (Index("ix_insight_patterns_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    created_at: Mapped[datetime]


class Source(Base):
    """A pattern rests on this insight."""

    __tablename__ = "insight_pattern_sources"

    pattern_id: Mapped[int] = mapped_column(ForeignKey("insight_patterns.id", ondelete="CASCADE"), primary_key=True)
    insight_id: Mapped[int] = mapped_column(ForeignKey("insights.id", ondelete="CASCADE"), primary_key=True, index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)


@dataclass(frozen=True)
class Listed:
    """A pattern as everybody reads it."""

    number: int
    text: Words
    insights: list[int]  # the numbers of those that everybody can still read, oldest first


def may_draw(session: Session, person: Person | None, case: Case) -> bool:
    """Coordinators of the area, and everybody in the team."""
    return may_lead(person, case.area_id) or teams.is_member(session, case.id, person)


# --- verbs ---


def draw(
    session: Session, case: Case, *, by_language: Mapping[str, Mapping[str, str]], original: str,
    insights: Collection[int], by: Person, at: datetime, client_uuid: str | None = None,
) -> Pattern:  # fmt: skip
    """A pattern out of {"sv": {"text": ...}} and the numbers of what it rests on; followers of the case hear of it.

    The same client_uuid is the same pattern again. NotAllowed, Refusal that names "text" or "insights".
    """
    _make_sure_may_draw(session, by, case, at)
    client_uuid = typed.uuid(client_uuid)
    said, rests_on = _checked(by_language, original), _checked_insights(session, case.id, insights)
    if (before := _drawn_before(session, client_uuid, case, by)) is not None:
        return before
    values = {
        "case_id": case.id, "area_id": case.area_id, "texts_id": texts.write(session, said, original=original).id,
        "by_id": by.id, "client_uuid": client_uuid, "created_at": at,
    }  # fmt: skip
    new = insert(session, Pattern).values(**values).on_conflict_do_nothing(index_elements=["client_uuid"])
    pattern: Pattern | None = session.scalar(new.returning(Pattern))
    if pattern is None:  # of two that come at once the unique key takes one; the other finds it here
        return draw(
            session, case, by_language=by_language, original=original, insights=insights, by=by, at=at,
            client_uuid=client_uuid,
        )  # fmt: skip
    _rest_on(session, pattern, rests_on)
    audit.note(session, "pattern.drawn", at=at, by=by, area_id=case.area_id, noun_id=pattern.id)
    case_news.tell(session, ADDED, case.id, noun_id=pattern.id, area_id=case.area_id, at=at)
    return pattern


def change(
    session: Session, pattern: Pattern, *, by_language: Mapping[str, Mapping[str, str]], original: str,
    insights: Collection[int], by: Person, at: datetime,
) -> None:  # fmt: skip
    """Other words, or other insights that it rests on. NotAllowed, Refusal that names "text" or "insights"."""
    _make_sure_may_draw(session, by, session.get_one(Case, pattern.case_id), at)
    said, rests_on = _checked(by_language, original), _checked_insights(session, pattern.case_id, insights)
    for language, named in said.items():
        texts.rewrite(session, pattern.texts_id, language, named)
    session.execute(delete(Source).where(Source.pattern_id == pattern.id))
    _rest_on(session, pattern, rests_on)
    audit.note(session, "pattern.changed", at=at, by=by, area_id=pattern.area_id, noun_id=pattern.id)


def remove(session: Session, pattern: Pattern, *, by: Person, at: datetime) -> None:
    """It is gone for everybody; what it rested on stays. NotAllowed."""
    _make_sure_may_draw(session, by, session.get_one(Case, pattern.case_id), at)
    session.execute(delete(Source).where(Source.pattern_id == pattern.id))
    session.delete(pattern)
    session.flush()
    revisions.raise_(session, pattern.area_id, "cases")
    audit.note(session, "pattern.removed", at=at, by=by, area_id=pattern.area_id, noun_id=pattern.id)


@case_news.said(ADDED)
def words(session: Session, notice: Notice, language: str) -> Wording:
    """Raises NotFound where it is gone by now."""
    pattern = by_number(session, notice.noun_id)
    if pattern.is_hidden:
        raise not_here()
    text = texts.read_one(session, pattern.texts_id, language)["text"]
    return say("We saw that: %(text)s", text=excerpt(text))


# --- finders ---


def of_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """What was seen in a case, newest first. Three statements."""
    query = select(Pattern.id, Pattern.texts_id).where(Pattern.case_id == case_id, Pattern.is_hidden.is_(False))
    rows = session.execute(query.order_by(Pattern.id.desc())).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    rests_on: dict[int, list[int]] = {row.id: [] for row in rows}
    sources = select(Source.pattern_id, Source.insight_id).join(Insight, Insight.id == Source.insight_id)
    public = (Source.pattern_id.in_(rests_on), Insight.state == State.PUBLIC)
    for pattern, insight in session.execute(sources.where(*public).order_by(Source.insight_id)):
        rests_on[pattern].append(insight)
    return [Listed(row.id, said[row.texts_id]["text"], rests_on[row.id]) for row in rows]


def by_number(session: Session, number: int, *, case_id: int | None = None) -> Pattern:
    """The pattern of this number, of this case where one is named. Raises NotFound."""
    found = session.get(Pattern, number) if number < 2**31 else None
    if found is None or case_id not in (None, found.case_id):
        raise not_here()
    return found


def insights_of(session: Session, pattern: Pattern) -> list[int]:
    """The numbers of all that it rests on."""
    return list(session.scalars(select(Source.insight_id).where(Source.pattern_id == pattern.id)))


def not_here() -> NotFound:
    return NotFound(say("There is no such thing that we saw."))


@stage_checks.usual(Stage.INSIGHTS, say("“We saw that ...”, drawn together from what people told"))
def is_drawn(session: Session, case_id: int) -> bool:
    query = select(func.count()).where(Pattern.case_id == case_id, Pattern.is_hidden.is_(False))
    return bool(session.scalar(query))


# --- private parts ---


def _make_sure_may_draw(session: Session, by: Person, case: Case, at: datetime) -> None:
    if not may_draw(session, by, case):
        raise NotAllowed(say("Only the team and coordinators draw things together."))
    restrictions.make_sure_may_join(session, by, case.area_id, at=at)


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    return {
        tag: {"text": typed.text(said.get("text"), field="text", most=LONGEST, needed=tag == original)}
        for tag, said in {original: {}, **by_language}.items()
    }


def _checked_insights(session: Session, case_id: int, numbers: Collection[int]) -> set[int]:
    """Only what everybody can read, of this case."""
    wanted = {number for number in numbers if number < 2**31}
    found = insight_lists.public_of(session, case_id, wanted) if len(wanted) <= MOST else set()
    if not LEAST <= len(found) <= MOST:
        raise Refusal(say("Choose between %(least)s and %(most)s.", least=LEAST, most=MOST), field="insights")
    return found


def _drawn_before(session: Session, client_uuid: str | None, case: Case, by: Person) -> Pattern | None:
    query = select(Pattern).where(Pattern.client_uuid == client_uuid)
    before = session.scalar(query) if client_uuid else None
    if before is not None and (before.case_id, before.by_id) != (case.id, by.id):
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _rest_on(session: Session, pattern: Pattern, insights: Collection[int]) -> None:
    session.add_all(
        Source(pattern_id=pattern.id, insight_id=number, area_id=pattern.area_id) for number in sorted(insights)
    )
    session.flush()
    revisions.raise_(session, pattern.area_id, "cases")
