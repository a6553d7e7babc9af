"""What follows when an insight has been read: it is published, or its writer hears what to change or why not.

And how the queue and reports show one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, select
from sqlalchemy.orm import Session

from . import addresses, areas, idea_answers, idea_texts, insights, moderation, notices, reading, rules, texts
from .areas import Area
from .cases import Case
from .days import isolated
from .errors import Refusal
from .insight_tellings import FORMS
from .insights import Insight, State
from .moderation import Decision, Shown, Waiting
from .notices import Message, Notice
from .people import Person
from .photos import Photo
from .reading import About, Planned, Sent
from .sounds import Sound
from .texts import Words
from .wording import Wording, say

DECIDED = "insight_decided"
TELL_WITHIN = timedelta(days=30)  # a phone that was off for longer reads it on the page
REASONS = {
    **{code: words for code, words in idea_answers.REASONS.items() if code != "repeats_another"},
    "not_agreed": say("It tells of somebody who may not have agreed."),
}
WHY = {**rules.TAKEN_DOWN, **REASONS}  # each reason that its writer may read
moderation.offer_reasons("insight", REASONS)
reading.name_kind("insight", say("What people tell"))
reading.offer_decisions("insight", Decision.APPROVED, Decision.NOT_PUBLISHED, Decision.CHANGE_ASKED)


@moderation.when_decided("insight")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    insight = insights.by_number(session, waiting.noun_id)
    if insight.state != State.WAITING:
        return
    if waiting.decision == Decision.APPROVED:
        insights.publish(session, insight, at=at)
    else:
        asks = waiting.decision == Decision.CHANGE_ASKED
        insights.refuse(
            session, insight, State.CHANGE_ASKED if asks else State.NOT_PUBLISHED, reason=waiting.reason,
            note=waiting.note, note_language=waiting.note_language,
        )  # fmt: skip
    _tell_author(session, insight, at)


@moderation.before_decided("insight")
def make_sure_it_has_words(session: Session, waiting: Waiting, planned: Planned) -> None:
    """Raises Refusal for a recording that those who can't hear it could not read."""
    if planned.decision == Decision.APPROVED and insights.by_number(session, waiting.noun_id).lacks_words:
        raise Refusal(say("Write down what is said in the recording first."))


@moderation.author_of("insight")
def author_of(session: Session, number: int) -> int | None:
    return session.scalar(select(Insight.author_id).where(Insight.id == number))


@moderation.when_corrected("insight")
def correct_language(session: Session, number: int, language: str) -> None:
    insights.by_number(session, number).language = language
    session.flush()


@reading.counts_sent("insight")
def sent_by(session: Session, person_id: int) -> Sent:
    query = select(Insight.state, func.count()).where(Insight.author_id == person_id).group_by(Insight.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    refused = found.get(State.NOT_PUBLISHED, 0) + found.get(State.HIDDEN, 0)
    return Sent(sum(found.values()), found.get(State.PUBLIC, 0), refused)


@reading.carries_photos("insight")
def has_photo(number: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(Insight.id == number, Insight.photo_id.is_not(None))


@moderation.shown("insight")
def shown(session: Session, numbers: Sequence[int], language: str) -> dict[int, Shown]:
    """How insights look to a moderator, with the case that they belong to. Two statements."""
    columns = (Insight, Area.slug, Case.texts_id, Person.name, Person.language, Photo, Sound)
    query = (
        select(*columns)
        .join(Area, Area.id == Insight.area_id)
        .join(Case, Case.id == Insight.case_id)
        .outerjoin(Person, Person.id == Insight.author_id)
        .outerjoin(Photo, Photo.id == Insight.photo_id)
        .outerjoin(Sound, Sound.id == Insight.sound_id)
        .where(Insight.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return {
        insight.id: Shown(
            *title_of(insight, language), insight.id, author_name=name or "", author_language=reads or "",
            photo_key=photo.key if photo else "", photo_alt=photo.alt if photo else "",
            sound_key=sound.key if sound else "", label=say("Insight %(number)s", number=insight.id),
            about=_about(said[texts_id]["title"], addresses.insights(language, slug, insight.case_id)),
            transcript_path=addresses.transcript(language, slug, insight.case_id, insight.id) if sound else "",
            facts=_facts(insight),
        )
        for insight, slug, texts_id, name, reads, photo, sound in rows
    }  # fmt: skip


@notices.said(DECIDED, notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    slug = areas.by_id(session, notice.area_id).slug
    title, body = _say(notice.values)
    path = addresses.own_insight(language, slug, notice.values["case_id"], notice.noun_id)
    return Message(title.into(language), body.into(language), path)


def title_of(insight: Insight, language: str) -> tuple[str, str, str]:
    """(title, what follows, language of both): where nothing is written, what it is, in the reader's language."""
    if insight.words:
        return *idea_texts.in_two(insight.words), insight.language
    return FORMS[insight.form].into(language), "", language


# --- private parts ---


def _about(case: Words, path: str) -> About:
    return About(case.text, case.language, path)


def _facts(insight: Insight) -> list[Wording]:
    if insight.name:
        return [say("This name is published with it: %(name)s", name=isolated(insight.name))]
    return [say("No name is published with it.")]


def _say(values: dict[str, Any]) -> tuple[Wording, Wording]:
    if values["state"] == State.PUBLIC:
        return say("A person has read what you told"), say("Everybody can read it now.")
    if values["state"] == State.CHANGE_ASKED:
        return say("A change is asked for in what you told"), say("Read what is asked, and send it again.")
    return say("What you told was not published"), WHY.get(values["reason"]) or say("Open it to read why.")


def _tell_author(session: Session, insight: Insight, at: datetime) -> None:
    """An author who has left hears nothing."""
    if insight.author_id is None:
        return
    values = {"state": insight.state, "reason": insight.reason, "case_id": insight.case_id}
    notices.tell(
        session, kind=DECIDED, area_id=insight.area_id, noun_id=insight.id, audience="person",
        audience_id=insight.author_id, at=at, ends_at=at + TELL_WITHIN, values=values,
    )  # fmt: skip
