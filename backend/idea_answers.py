"""What follows when a person has read an idea: it is published, becomes part of a case, or its author hears why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, areas, audit, cases, ideas, moderation, notices, people, revisions, texts
from .errors import NotAllowed, Refusal
from .ideas import Idea, State
from .moderation import Decision, Shown, Waiting
from .people import Person
from .photos import Photo
from .reading import Planned
from .wording import Wording, say

TELL_WITHIN = timedelta(days=30)  # a phone that was off for longer reads it on the page

REASONS: Mapping[str, Wording] = {
    "names_a_person": say("It names a person, or shows one who may not want it."),
    "private_data": say("It holds private details, such as an address or a number."),
    "not_about_the_area": say("It is not about this area or those who live here."),
    "advertising": say("It advertises something that is sold."),
    "hate": say("It speaks badly of people for who they are."),
    "repeats_another": say("It says the same as an idea that is here already."),
    "not_understandable": say("We did not understand it. Please write it with more words."),
}
moderation.offer_reasons("idea", dict(REASONS))
moderation.offer_decisions("idea", Decision.APPROVED, Decision.NOT_PUBLISHED, has_cases=True)
moderation.name_kind("idea", say("Ideas"))


def feed(session: Session, idea: Idea, case_id: int, *, by: Person, at: datetime) -> None:
    """Makes a published idea part of a case and tells its author. NotAllowed unless by moderates the area."""
    if not people.may_moderate(by, idea.area_id):
        raise NotAllowed(say("Only a moderator of this area may do this."))
    join_case(session, idea, case_id, at=at)
    audit.note(session, "idea.fed", at=at, by=by, area_id=idea.area_id, noun_id=idea.id, case_id=case_id)
    tell_author(session, idea, at=at)


def join_case(session: Session, idea: Idea, case_id: int, *, at: datetime) -> None:
    """The idea becomes part of a case of its own area. Raises NotFound; Refusal before it is published."""
    case = cases.by_number(session, case_id, area_id=idea.area_id)
    if idea.state not in ideas.PUBLIC:
        raise Refusal(say("Only a published idea can become part of a case."), field="case")
    if idea.case_id == case.id:
        return
    idea.case_id = case.id
    ideas.add_step(session, idea, State.IN_CASE, at=at, case_id=case.id)
    revisions.raise_(session, idea.area_id, "cases")


@moderation.when_decided("idea")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    idea = ideas.by_number(session, waiting.noun_id)
    if waiting.decision == Decision.APPROVED:
        _publish(session, idea, waiting, at)
    else:
        ideas.add_step(
            session, idea, State.NOT_PUBLISHED, at=at, reason=waiting.reason, note=waiting.note,
            note_language=waiting.note_language,
        )  # fmt: skip
    tell_author(session, idea, at=at, reason=waiting.reason)


@moderation.before_decided("idea")
def make_sure_the_case_is_here(session: Session, waiting: Waiting, planned: Planned) -> None:
    """Raises NotFound for a case of another area."""
    if planned.case_id is not None:
        cases.by_number(session, planned.case_id, area_id=waiting.area_id)


@moderation.author_of("idea")
def author_of(session: Session, number: int) -> int | None:
    return session.scalar(select(Idea.author_id).where(Idea.id == number))


@moderation.shown("idea")
def shown(session: Session, numbers: Sequence[int], language: str) -> dict[int, Shown]:
    """How ideas look to a moderator, in one statement."""
    query = (
        select(Idea, Person.name, Person.language, Photo.key, Photo.alt)
        .outerjoin(Person, Person.id == Idea.author_id)
        .outerjoin(Photo, Photo.id == Idea.photo_id)
        .where(Idea.id.in_(numbers))
    )
    return {
        idea.id: Shown(
            idea.title, idea.text, idea.language, idea.id, author_name=name or "", author_language=reads or "",
            photo_key=key or "", photo_alt=alt or "", label=say("Idea %(number)s", number=idea.id),
        )
        for idea, name, reads, key, alt in session.execute(query)
    }  # fmt: skip


@moderation.when_corrected("idea")
def correct_language(session: Session, number: int, language: str) -> None:
    idea = ideas.by_number(session, number)
    idea.language = language
    session.flush()
    revisions.raise_(session, idea.area_id, "ideas")


def tell_author(session: Session, idea: Idea, *, at: datetime, reason: str = "") -> None:
    """One notice to whoever wrote it, in the caller's transaction; an author who has left hears nothing."""
    if idea.author_id is None:
        return
    values = {"state": idea.state, "title": idea.title, "reason": reason, "case_id": idea.case_id}
    notices.tell(
        session, kind="idea_decided", area_id=idea.area_id, noun_id=idea.id, audience="person",
        audience_id=idea.author_id, at=at, ends_at=at + TELL_WITHIN, values=values,
    )  # fmt: skip


@notices.said("idea_decided", notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: notices.Notice, language: str) -> notices.Message:
    values = notice.values
    slug = areas.by_id(session, notice.area_id).slug
    path = addresses.own_idea(language, slug, notice.noun_id)
    title, body = _say(session, values, notice.noun_id, language)
    return notices.Message(title.into(language), body.into(language), path)


def _say(session: Session, values: Mapping[str, Any], number: int, language: str) -> tuple[Wording, Wording]:
    idea = _apart(values["title"])
    if values["state"] == State.IN_CASE:
        case = cases.by_number(session, values["case_id"])
        name = texts.read_one(session, case.texts_id, language)["title"].text
        body = say("Idea %(number)s, %(idea)s, goes into: %(case)s.", number=number, idea=idea, case=_apart(name))
        return say("Your idea is part of a case"), body
    if values["state"] == State.NOT_PUBLISHED:
        reason = REASONS[values["reason"]]
        return say("Your idea was not published"), say(
            "Idea %(number)s, %(idea)s: %(reason)s", number=number, idea=idea, reason=reason
        )
    return say("A person has read your idea"), say(
        "Idea %(number)s is public now: %(idea)s.", number=number, idea=idea
    )


def _publish(session: Session, idea: Idea, waiting: Waiting, at: datetime) -> None:
    ideas.add_step(session, idea, State.READ, at=at)
    if idea.photo_id is not None:
        session.get_one(Photo, idea.photo_id).is_public = True
    if waiting.case_id is not None:
        join_case(session, idea, waiting.case_id, at=at)
    session.flush()


def _apart(words: str) -> str:
    """Somebody's words within a plain sentence: isolates keep their direction from turning the rest (UAX 9)."""
    return f"\u2068{words}\u2069"
