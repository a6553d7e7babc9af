"""Insights and what was drawn together from them can be reported, taken down and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, insight_answers, insights, reportable, revisions, texts
from .areas import Area
from .insight_patterns import Pattern
from .insights import Insight, State
from .people import Person
from .photos import Photo
from .reportable import Look, Reportable
from .sounds import Sound
from .waiting import Waiting
from .wording import say


def look_at_insights(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Insight, Area.slug, Person.name, Person.language, Photo.key, Photo.alt, Sound.key)
        .join(Area, Area.id == Insight.area_id)
        .outerjoin(Person, Person.id == Insight.author_id)
        .outerjoin(Photo, Photo.id == Insight.photo_id)
        .outerjoin(Sound, Sound.id == Insight.sound_id)
        .where(Insight.id.in_(numbers))
    )
    found = {}
    for insight, slug, name, reads, photo, alt, sound in session.execute(query):
        title, rest, tongue = insight_answers.title_of(insight, language)
        found[insight.id] = Look(
            insight.id, insight.area_id, say("Insight %(number)s", number=insight.id), title, rest, tongue,
            addresses.insight(language, slug, insight.case_id, insight.id), insight.state == State.PUBLIC,
            insight.author_id, name or "", reads or "", photo or "", alt or "", sound or "",
        )  # fmt: skip
    return found


def take_insight_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    insight = insights.by_number(session, number)
    insights.refuse(
        session, insight, State.HIDDEN, reason=waiting.reason, note=waiting.note, note_language=waiting.note_language
    )
    return {}


def put_insight_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    """What was taken down, or never published; what its writer took back stays away."""
    insight = insights.by_number(session, number)
    if insight.state in (State.HIDDEN, State.NOT_PUBLISHED, State.CHANGE_ASKED):
        insights.publish(session, insight, at=at)


def look_at_patterns(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Pattern, Area.slug, Person.name, Person.language)
        .join(Area, Area.id == Pattern.area_id)
        .outerjoin(Person, Person.id == Pattern.by_id)
        .where(Pattern.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [row[0].texts_id for row in rows], language)
    return {
        pattern.id: Look(
            pattern.id, pattern.area_id, say("“We saw that”, number %(number)s", number=pattern.id), "",
            said[pattern.texts_id]["text"].text, said[pattern.texts_id]["text"].language or language,
            addresses.insights(language, slug, pattern.case_id), not pattern.is_hidden, pattern.by_id, name or "",
            reads or "",
        )
        for pattern, slug, name, reads in rows
    }  # fmt: skip


def hide_pattern(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    _set_hidden(session, number, True)
    return {}


def show_pattern(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _set_hidden(session, number, False)


def _set_hidden(session: Session, number: int, is_hidden: bool) -> None:
    pattern = session.get_one(Pattern, number)
    pattern.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, pattern.area_id, "cases")


reportable.offer(
    "insight", Reportable(look_at_insights, take_insight_down, put_insight_back, say("What you told was taken down"))
)
reportable.offer("pattern", Reportable(look_at_patterns, hide_pattern, show_pattern))
