"""What follows when a comment has been read or published: who hears of it, and how the queue shows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    comment_subjects,
    comments,
    days,
    follows,
    idea_answers,
    idea_texts,
    moderation,
    notices,
    reading,
    rules,
)
from .comments import Comment, State
from .errors import NotFound
from .moderation import Decision, Shown, Waiting
from .notices import Message, Notice
from .people import Person
from .reading import About, Sent
from .wording import Wording, say

TELL_WITHIN = timedelta(days=7)
TELL_AUTHOR_WITHIN = timedelta(days=30)  # a phone that was off for longer reads it on the page
AT_MOST_EVERY = timedelta(hours=1)  # to the same people on the same thing, however much is said there
LONGEST_EXCERPT = 140  # characters of a comment in a notice
# One for each, since the numbers of ideas and cases meet.
PUBLISHED = {
    "idea": "comment_published", "case": "case_comment_published", "problem": "problem_commented",
    "vision": "vision_commented", "note": "note_commented",
}  # fmt: skip
SUBJECT_OF = {notice: kind for kind, notice in PUBLISHED.items()}
ANSWERED, DECIDED = "comment_answered", "comment_decided"

REASONS = {
    **{code: words for code, words in idea_answers.REASONS.items() if code != "repeats_another"},
    "off_topic": say("It is not about what it stands beneath."),
}
WHY = {**rules.TAKEN_DOWN, **REASONS}  # each reason that its author may read
moderation.offer_reasons("comment", REASONS)
reading.name_kind("comment", say("Comments"))
reading.offer_decisions("comment", Decision.APPROVED, Decision.NOT_PUBLISHED, Decision.CHANGE_ASKED)


# --- what the queue asks ---


@moderation.when_decided("comment")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    """An edit takes its place or is let go; a new comment is published, or its author hears why not."""
    comment = comments.by_number(session, waiting.noun_id)
    if not comment.next_text and comment.state != State.WAITING:
        return
    if waiting.decision == Decision.APPROVED:
        _let_stand(session, comment, at)
    else:
        asks = waiting.decision == Decision.CHANGE_ASKED
        if not comment.next_text:
            comment.state = str(State.CHANGE_ASKED if asks else State.NOT_PUBLISHED)
        comment.reason, comment.note, comment.note_language = waiting.reason, waiting.note, waiting.note_language
        comment.next_text = ""
        session.flush()
    tell_author(session, comment, at=at, is_refused=waiting.decision != Decision.APPROVED)


@moderation.author_of("comment")
def author_of(session: Session, number: int) -> int | None:
    return session.scalar(select(Comment.author_id).where(Comment.id == number))


@moderation.when_corrected("comment")
def correct_language(session: Session, number: int, language: str) -> None:
    comments.say_language(session, comments.by_number(session, number), language)


@reading.counts_sent("comment")
def sent(session: Session, person_id: int) -> Sent:
    query = select(Comment.state, func.count()).where(Comment.author_id == person_id).group_by(Comment.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    refused = found.get(State.NOT_PUBLISHED, 0) + found.get(State.HIDDEN, 0)
    return Sent(sum(found.values()), found.get(State.PUBLIC, 0), refused)


@moderation.shown("comment")
def shown(session: Session, numbers: Sequence[int], language: str) -> dict[int, Shown]:
    """How comments look to a moderator, with what they are on."""
    query = select(Comment, Person.name, Person.language).outerjoin(Person, Person.id == Comment.author_id)
    rows = session.execute(query.where(Comment.id.in_(numbers))).all()
    titles = comment_subjects.titles(session, {(row[0].kind, row[0].noun_id) for row in rows}, language)
    slugs = {area.id: area.slug for area in areas.every(session)}
    found = {}
    for comment, name, reads in rows:
        title, rest = idea_texts.in_two(comment.next_text or comment.text)
        on = titles.get((comment.kind, comment.noun_id))
        found[comment.id] = Shown(
            title, rest, comment.language, comment.id, author_name=name or "", author_language=reads or "",
            label=say("Comment %(number)s", number=comment.id), before=comment.text if comment.next_text else "",
            about=About(on.text, on.language, _path(language, slugs[comment.area_id], comment))
            if on else None,
        )  # fmt: skip
    return found


# --- who hears of it ---


@comments.when_published
def tell_everybody(session: Session, comment: Comment, at: datetime) -> None:
    """Whoever is answered, whoever wrote the idea, and those who follow; never the writer, and nobody twice."""
    on = comment_subjects.subject(session, comment.kind, comment.noun_id, language=comment.language)
    asked = session.get(Comment, comment.parent_id) if comment.parent_id else None
    answered = asked.author_id if asked and asked.state == State.PUBLIC else None
    heard = [comment.author_id]
    if asked is not None and answered not in (None, *heard):
        _tell(session, comment, ANSWERED, asked.id, {"person": answered}, heard, at)
        heard.append(answered)
    receivers = {} if on.author_id in (None, *heard) else {"person": on.author_id}
    not_to = [*heard, *receivers.values()]
    followed = comment_subjects.FOLLOWED[comment.kind]
    if follows.count(session, followed, on.followed):
        receivers[followed] = on.followed
    _tell(session, comment, PUBLISHED[comment.kind], comment.noun_id, receivers, not_to, at)


@comments.when_judged
def tell_that_it_was_judged(session: Session, comment: Comment, at: datetime) -> None:
    tell_author(session, comment, at=at, is_refused=comment.state != State.PUBLIC)


def tell_author(session: Session, comment: Comment, *, at: datetime, is_refused: bool) -> None:
    """What was decided, to whoever wrote it; an author who has left hears nothing."""
    if comment.author_id is None:
        return
    values = {"state": comment.state, "reason": comment.reason, "is_refused": is_refused}
    notices.tell(
        session, kind=DECIDED, area_id=comment.area_id, noun_id=comment.id, audience="person",
        audience_id=comment.author_id, at=at, ends_at=at + TELL_AUTHOR_WITHIN, values=values,
    )  # fmt: skip


@notices.said(PUBLISHED["idea"], notices.Kind(urgency="low"))
@notices.said(PUBLISHED["case"], notices.Kind(urgency="low"))
@notices.said(PUBLISHED["problem"], notices.Kind(urgency="low"))
@notices.said(PUBLISHED["vision"], notices.Kind(urgency="low"))
@notices.said(PUBLISHED["note"], notices.Kind(urgency="low"))
@notices.said(ANSWERED, notices.Kind(urgency="low"))
def words(session: Session, notice: Notice, language: str) -> Message:
    """What was said. Raises NotFound where all of it is gone by now."""
    comment = _cause(session, notice)
    on = comment_subjects.subject(session, comment.kind, comment.noun_id, language=language)
    author = session.get(Person, comment.author_id) if comment.author_id else None
    name = days.isolated(author.name) if author and author.name else say("A neighbour")
    if notice.kind == ANSWERED:
        title = say("Somebody answered your comment")
    else:
        title = say("New comment: %(title)s", title=days.isolated(on.title.text))
    body = say("%(name)s writes: %(text)s", name=name, text=days.isolated(_excerpt(comment.text)))
    slug = areas.by_id(session, notice.area_id).slug
    return Message(title.into(language), body.into(language), _path(language, slug, comment))


@notices.said(DECIDED, notices.Kind(longest=timedelta(days=28)))
def decision_words(session: Session, notice: Notice, language: str) -> Message:
    slug = areas.by_id(session, notice.area_id).slug
    title, body = _say(notice.values)
    path = addresses.own_comment(language, slug, notice.noun_id)
    return Message(title.into(language), body.into(language), path)


# --- private parts ---


def _let_stand(session: Session, comment: Comment, at: datetime) -> None:
    if comment.next_text:
        comments.take_over(session, comment, comment.next_text, at=at)
    else:
        comments.publish(session, comment, at=at)


def _say(values: dict[str, Any]) -> tuple[Wording, Wording]:
    state, reason = values["state"], WHY.get(values["reason"])
    if not values["is_refused"]:
        return say("A person has read your comment"), say("Everybody can read it now.")
    if state == State.PUBLIC:
        title = say("Your change was not published")
    elif state == State.HIDDEN:
        title = say("Your comment was taken down")
    elif state == State.CHANGE_ASKED:
        title = say("Please change your comment")
    else:
        title = say("Your comment was not published")
    return title, reason or say("Open it to read why.")


def _tell(
    session: Session, comment: Comment, kind: str, noun_id: int, receivers: dict[str, Any],
    not_to: Collection[int | None], at: datetime,
) -> None:  # fmt: skip
    """One notice for each audience, unless one is on its way already; within the hour it waits until that is over."""
    last = notices.latest(session, kind, noun_id)
    if not receivers or (last is not None and last.spread_at is None):
        return
    soonest = last.goes_out_at + AT_MOST_EVERY if last else at
    for audience, audience_id in receivers.items():
        values = {"not": [one for one in not_to if one]} if audience != "person" else {}
        notice = notices.tell(
            session, kind=kind, area_id=comment.area_id, noun_id=noun_id, audience=audience, audience_id=audience_id,
            at=at, ends_at=at + TELL_WITHIN, values={**values, "first": comment.id},
        )  # fmt: skip
        notice.goes_out_at = max(at, soonest)
    session.flush()


def _cause(session: Session, notice: Notice) -> Comment:
    """What caused the notice; where that is gone, the next that was said there."""
    query = select(Comment).where(Comment.state == State.PUBLIC, Comment.id >= notice.values["first"])
    if notice.kind == ANSWERED:
        query = query.where(Comment.parent_id == notice.noun_id)
    else:
        query = query.where(Comment.kind == SUBJECT_OF[notice.kind])
        query = query.where(Comment.noun_id == notice.noun_id)
    if notice.audience == "person":  # nobody is told of their own
        query = query.where(func.coalesce(Comment.author_id, 0) != notice.audience_id)
    found = session.scalar(query.order_by(Comment.id).limit(1))
    if found is None:
        raise NotFound(say("There is no comment with this number."))
    return found


def _path(language: str, slug: str, comment: Comment) -> str:
    return addresses.comments(language, slug, comment.kind, comment.noun_id)


def _excerpt(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_EXCERPT else f"{plain[: LONGEST_EXCERPT - 1]}…"
