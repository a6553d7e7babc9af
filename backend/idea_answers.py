"""What follows when a person has read an idea, or an edit of one: it is published, becomes part of a case or of its
twin, or its author hears what to change or why not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, select
from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    audit,
    cases,
    idea_merges,
    idea_photos,
    ideas,
    moderation,
    notices,
    people,
    reading,
    revisions,
    texts,
)
from .errors import NotAllowed, Refusal
from .idea_versions import IdeaVersion
from .idea_versions import State as VersionState
from .ideas import Idea, State
from .moderation import Decision, Shown, Waiting
from .people import Person
from .photos import Photo
from .reading import Planned, Sent
from .wording import Wording, say

ON_A_PHONE = timedelta(days=28)  # a push service keeps it for one that is off
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
moderation.offer_decisions("idea", *Decision, has_cases=True, photo_acts=("away", "blurred"))
moderation.name_kind("idea", say("Ideas"))
reading.say_why_not_by("idea", say("You wrote this down yourself. Somebody else has to read it."))


def feed(session: Session, idea: Idea, case_id: int, *, by: Person, at: datetime) -> None:
    """Makes a published idea part of a case and tells its author. NotAllowed unless by moderates the area."""
    if not people.may_moderate(by, idea.area_id):
        raise NotAllowed(say("Only a moderator of this area may do this."))
    join_case(session, idea, case_id, at=at)
    audit.note(session, "idea.fed", at=at, by=by, area_id=idea.area_id, noun_id=idea.id, case_id=case_id)
    tell_author(session, idea, at=at)


def merge(session: Session, idea: Idea, twin_number: int, *, by: Person, at: datetime) -> Idea:
    """Makes a published idea part of its twin at once, and tells its author. Returns the twin.

    NotAllowed unless by moderates the area and did not write it; Refusal for a wrong twin and while words of its
    author's wait: these are decided about at the desk, which can merge too.
    """
    idea_merges.make_sure_may_merge(idea, by)
    if idea.state not in ideas.PUBLIC:
        raise Refusal(say("Only a published idea can be merged here."), field="merge_into")
    if moderation.unsettled(session, "idea", idea.id) is not None:
        raise Refusal(say("Its author sent new words. Decide about them first."), field="merge_into")
    twin = idea_merges.merge(session, idea, twin_number, by=by, at=at)
    tell_author(session, idea, at=at, decision=Decision.MERGED)
    return twin


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
    version = session.get(IdeaVersion, (idea.id, waiting.round))
    stands = idea.state in ideas.PUBLIC
    if version is not None:
        _settle(version, waiting, at)
    if waiting.decision == Decision.APPROVED:
        _publish(session, idea, version, waiting, at)
    elif waiting.decision == Decision.MERGED:
        decider = people.by_id(session, waiting.decided_by) if waiting.decided_by else None
        idea_merges.merge(session, idea, waiting.merge_into or 0, by=decider, at=at)
    elif not stands:
        state = State.CHANGE_ASKED if waiting.decision == Decision.CHANGE_ASKED else State.NOT_PUBLISHED
        ideas.add_step(
            session, idea, state, at=at, reason=waiting.reason, note=waiting.note, note_language=waiting.note_language
        )
    said = {"reason": waiting.reason, "decision": waiting.decision or "", "photo_act": waiting.photo_act}
    tell_author(session, idea, at=at, is_edit=stands, **said)


@moderation.when_taken_back("idea")
def take_apart(session: Session, waiting: Waiting, by: Person, at: datetime) -> None:
    """A merge is undone. Raises NotAllowed, Refusal."""
    idea_merges.part(session, ideas.by_number(session, waiting.noun_id), by=by, at=at)


@moderation.before_decided("idea")
def make_sure_the_twin_is_here(session: Session, waiting: Waiting, planned: Planned) -> None:
    """Raises NotFound, NotAllowed or Refusal for a twin that it can't become part of."""
    if planned.merge_into is not None:
        decider = people.by_id(session, planned.by) if planned.by else None
        idea = ideas.by_number(session, waiting.noun_id)
        idea_merges.make_sure_can_merge(session, idea, planned.merge_into, decider)


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
    """How ideas look to a moderator, in one statement: the words that wait, and what stands meanwhile."""
    waits = and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.state == VersionState.WAITING)
    query = (
        select(Idea, IdeaVersion, Person.name, Person.language, Photo.key, Photo.alt)
        .outerjoin(IdeaVersion, waits)
        .outerjoin(Person, Person.id == Idea.author_id)
        .outerjoin(Photo, Photo.id == Idea.photo_id)
        .where(Idea.id.in_(numbers))
    )
    return {
        idea.id: Shown(
            (edit or idea).title, (edit or idea).text, (edit or idea).language, idea.id, author_name=name or "",
            author_language=reads or "", photo_key=key or "", photo_alt=alt or "",
            label=say("Idea %(number)s", number=idea.id),
            before=f"{idea.title}\n{idea.text}".strip() if edit and idea.state in ideas.PUBLIC else "",
        )
        for idea, edit, name, reads, key, alt in session.execute(query)
    }  # fmt: skip


@reading.carries_photos("idea")
def has_photo(number: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(Idea.id == number, Idea.photo_id.is_not(None))


@moderation.when_corrected("idea")
def correct_language(session: Session, number: int, language: str) -> None:
    """Of the words that wait; of those that stand where nothing else does."""
    idea = ideas.by_number(session, number)
    own = select(IdeaVersion).where(IdeaVersion.idea_id == number, IdeaVersion.state == VersionState.WAITING)
    if (version := session.scalar(own)) is not None:
        version.language = language
    if version is None or idea.state not in ideas.PUBLIC:
        idea.language = language
    session.flush()
    revisions.raise_(session, idea.area_id, "ideas")


@moderation.counts_sent("idea")
def sent_by(session: Session, person_id: int) -> Sent:
    published = func.count().filter(Idea.state.in_(ideas.PUBLIC))
    refused = func.count().filter(Idea.state == State.NOT_PUBLISHED)
    sent, public, not_published = session.execute(
        select(func.count(), published, refused).where(Idea.author_id == person_id)
    ).one()
    return Sent(sent, public, not_published)


def tell_author(
    session: Session, idea: Idea, *, at: datetime, reason: str = "", decision: str = "", photo_act: str = "",
    is_edit: bool = False,
) -> None:  # fmt: skip
    """One notice to whoever wrote it, in the caller's transaction; an author who has left hears nothing.

    is_edit: an earlier text stands for everybody.
    """
    if idea.author_id is None:
        return
    values = {
        "state": idea.state, "title": idea.title, "reason": reason, "case_id": idea.case_id, "decision": decision,
        "is_edit": is_edit, "twin": idea.merged_into, "photo_act": photo_act,
    }  # fmt: skip
    notices.tell(
        session, kind="idea_decided", area_id=idea.area_id, noun_id=idea.id, audience="person",
        audience_id=idea.author_id, at=at, ends_at=at + TELL_WITHIN, values=values,
    )  # fmt: skip


@notices.said("idea_decided", notices.Kind(longest=ON_A_PHONE))
def words(session: Session, notice: notices.Notice, language: str) -> notices.Message:
    values = notice.values
    slug = areas.by_id(session, notice.area_id).slug
    path = addresses.own_idea(language, slug, notice.noun_id)
    title, body = _say(session, values, notice.noun_id, language)
    return notices.Message(title.into(language), body.into(language), path)


def _say(session: Session, values: Mapping[str, Any], number: int, language: str) -> tuple[Wording, Wording]:
    named = {"number": number, "idea": _apart(values["title"])}
    if values["state"] == State.MERGED:
        twin = _apart(ideas.by_number(session, values["twin"]).title)
        body = say("Idea %(number)s, %(idea)s, now stands with: %(other)s.", **named, other=twin)
        return say("Your idea is part of another one"), body
    if values.get("decision") == Decision.CHANGE_ASKED:
        body = say("Idea %(number)s, %(idea)s: read what is asked, and send it again.", **named)
        return say("A change is asked for in your idea"), body
    if values.get("is_edit"):
        return _say_of_edit(values, named)
    if values["state"] == State.IN_CASE:
        case = cases.by_number(session, values["case_id"])
        name = _apart(texts.read_one(session, case.texts_id, language)["title"].text)
        body = say("Idea %(number)s, %(idea)s, goes into: %(case)s.", **named, case=name)
        return say("Your idea is part of a case"), body
    if values["state"] == State.NOT_PUBLISHED:
        body = say("Idea %(number)s, %(idea)s: %(reason)s", **named, reason=REASONS[values["reason"]])
        return say("Your idea was not published"), body
    return say("A person has read your idea"), _say_public(values.get("photo_act", ""), named)


def _say_public(photo_act: str, named: dict[str, Any]) -> Wording:
    if photo_act == "away":
        return say("Idea %(number)s is public now, without its photo: %(idea)s.", **named)
    if photo_act == "blurred":
        return say("Idea %(number)s is public now, with a blurred photo: %(idea)s.", **named)
    return say("Idea %(number)s is public now: %(idea)s.", **named)


def _say_of_edit(values: Mapping[str, Any], named: dict[str, Any]) -> tuple[Wording, Wording]:
    if values["decision"] == Decision.APPROVED:
        return say("Your changes are public"), say("Idea %(number)s now says: %(idea)s.", **named)
    body = say("Idea %(number)s, %(idea)s, stays as it was. %(reason)s", **named, reason=REASONS[values["reason"]])
    return say("Your changes were not published"), body


def _settle(version: IdeaVersion, waiting: Waiting, at: datetime) -> None:
    """A version's states are called as the decisions are."""
    version.state, version.settled_at = str(VersionState(waiting.decision or "")), at
    version.reason, version.note, version.note_language = waiting.reason, waiting.note, waiting.note_language


def _publish(session: Session, idea: Idea, version: IdeaVersion | None, waiting: Waiting, at: datetime) -> None:
    """The version that was read stands from now on; an idea that had gone into a case comes back to it."""
    if idea.is_public and version is not None:
        ideas.replace_words(session, idea, version, at=at)
    elif not idea.is_public:
        if version is not None:
            idea.title, idea.text, idea.language = version.title, version.text, version.language
        ideas.add_step(session, idea, State.READ, at=at)
        if idea.case_id is not None:
            ideas.add_step(session, idea, State.IN_CASE, at=at, case_id=idea.case_id)
    _show_photo(session, idea, waiting.photo_act, at)
    if waiting.case_id is not None:
        join_case(session, idea, waiting.case_id, at=at)
    session.flush()


def _show_photo(session: Session, idea: Idea, act: str, at: datetime) -> None:
    """As the moderator chose: as it was sent, not at all, or as the blurred copy that the worker makes next."""
    if act:
        idea_photos.set_aside(session, idea, idea_photos.State(act), at=at)
    elif idea.photo_id is not None:
        session.get_one(Photo, idea.photo_id).is_public = True


def _apart(words: str) -> str:
    """Somebody's words within a plain sentence: isolates keep their direction from turning the rest (UAX 9)."""
    return f"\u2068{words}\u2069"
