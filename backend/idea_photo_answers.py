"""What follows when a person has read a photo that an author sent for an idea of theirs: it takes its place or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select, true
from sqlalchemy.orm import Session, aliased

from . import addresses, areas, idea_answers, idea_photos, ideas, moderation, notices, reading
from .areas import Area
from .days import isolated
from .idea_photos import IdeaPhoto, State
from .ideas import Idea
from .moderation import About, Decision, Shown, Waiting
from .notices import Message, Notice
from .people import Person
from .photos import Photo
from .wording import Wording, say

REASONS: Mapping[str, Wording] = {
    "names_a_person": say("It shows somebody who may not want it."),
    "private_data": say("It shows private details, such as an address or a number."),
    "not_about_the_area": say("It does not show what the idea is about."),
    "advertising": say("It advertises something that is sold."),
    "hate": say("It hurts people for who they are."),
    "not_understandable": say("We can’t see what it shows."),
}
reading.name_kind("photo", say("Photos"))
reading.offer_reasons("photo", dict(REASONS))
reading.offer_decisions("photo", Decision.APPROVED, Decision.NOT_PUBLISHED, photo_acts=("blurred",))


@moderation.when_decided("photo")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    idea = ideas.by_number(session, waiting.noun_id)
    sent = idea_photos.of_round(session, idea.id, waiting.round)
    if sent is None:  # its author has left, and taken it along
        return
    if waiting.decision != Decision.APPROVED:
        idea_photos.refuse(session, sent, at=at)
    else:
        idea_photos.stand(session, idea, sent, at=at)
        if waiting.photo_act == "blurred":
            idea_photos.set_aside(session, idea, State.BLURRED, at=at)
    _tell_author(session, idea, waiting, at)


@moderation.author_of("photo")
def author_of(session: Session, number: int) -> int | None:
    return session.scalar(select(Idea.author_id).where(Idea.id == number))


@moderation.shown("photo")
def shown(session: Session, numbers: Sequence[int], language: str) -> dict[int, Shown]:
    """The photo that was sent last for each of these ideas, with the idea that it is for, in one statement."""
    newest = aliased(IdeaPhoto)
    last = select(func.max(newest.round)).where(newest.idea_id == Idea.id).scalar_subquery()
    query = (
        select(Idea, Area.slug, Photo, Person.name, Person.language)
        .join(Area, Area.id == Idea.area_id)
        .join(IdeaPhoto, and_(IdeaPhoto.idea_id == Idea.id, IdeaPhoto.round == last))
        .join(Photo, Photo.id == IdeaPhoto.photo_id)
        .outerjoin(Person, Person.id == Idea.author_id)
        .where(Idea.id.in_(numbers))
    )
    return {
        idea.id: Shown(
            idea.title, photo.alt, photo.alt_language or idea.language, idea.id, author_name=name or "",
            author_language=reads or "", photo_key=photo.key, photo_alt=photo.alt,
            label=say("A photo for idea %(number)s", number=idea.id),
            about=About(idea.title, idea.language, addresses.idea(language, slug, idea.id)),
        )
        for idea, slug, photo, name, reads in session.execute(query)
    }  # fmt: skip


@reading.carries_photos("photo")
def has_photo(number: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return true()


@notices.said("photo_decided", notices.Kind(longest=idea_answers.ON_A_PHONE))
def words(session: Session, notice: Notice, language: str) -> Message:
    values, slug = notice.values, areas.by_id(session, notice.area_id).slug
    named = {"number": notice.noun_id, "idea": isolated(values["title"])}
    path = addresses.own_idea(language, slug, notice.noun_id)
    if values["decision"] == Decision.APPROVED and not values.get("is_public", True):
        body = say("Idea %(number)s shows it once it is public: %(idea)s.", **named)
        return Message(say("A person has read your photo").into(language), body.into(language), path)
    if values["decision"] == Decision.APPROVED:
        body = say("Idea %(number)s shows it now: %(idea)s.", **named)
        return Message(say("Your photo is public").into(language), body.into(language), path)
    body = say("Idea %(number)s, %(idea)s: %(reason)s", **named, reason=REASONS[values["reason"]])
    return Message(say("Your photo was not published").into(language), body.into(language), path)


def _tell_author(session: Session, idea: Idea, waiting: Waiting, at: datetime) -> None:
    if idea.author_id is None:
        return
    values = {
        "title": idea.title, "decision": waiting.decision, "reason": waiting.reason, "is_public": idea.is_public
    }  # fmt: skip
    notices.tell(
        session, kind="photo_decided", area_id=idea.area_id, noun_id=idea.id, audience="person",
        audience_id=idea.author_id, at=at, ends_at=at + idea_answers.TELL_WITHIN, values=values,
    )  # fmt: skip
