"""Comments: what neighbours say beneath an idea, a case or a note, with replies one level deep.

A neighbour's waits for a moderator, a resident's is published at once; an area may let all wait, or close them.
What a moderator decides follows in comment_answers.py; comment_threads.py reads them as pages show them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, comment_rules, dangers, moderation, personal_details, revisions, typed
from .areas import Area
from .comment_subjects import ROOMS, Subject
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound
from .ideas import Idea
from .people import Person
from .wording import say

MOST_NUMBER = 2**31 - 1  # what the databases take for a number
A_DAY = timedelta(days=1)


class State(StrEnum):
    """Where a comment is."""

    WAITING = "waiting"  # for a moderator
    PUBLIC = "public"
    CHANGE_ASKED = "change_asked"  # its author may edit it, which sends it again
    NOT_PUBLISHED = "not_published"
    HIDDEN = "hidden"  # was public until a moderator took it down
    TAKEN_BACK = "taken_back"  # by its author; its text is gone


class Comment(Base):
    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_noun", "kind", "noun_id", "state"),
        CheckConstraint("kind IN ('idea', 'case', 'problem', 'vision', 'note')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # of what it is on: one of ROOMS
    noun_id: Mapped[int]  # the number of the idea, case or note; of problem and vision: their case's
    moved_from: Mapped[str] = mapped_column(Text, default="")  # merged ideas it stood on before: "/3/7", last one last
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    text: Mapped[str] = mapped_column(Text)  # empty once it was taken back
    next_text: Mapped[str] = mapped_column(Text, default="")  # an edit that waits while the text stands; else empty
    language: Mapped[str] = mapped_column(String(12))  # the author's page language, until a moderator corrects it
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it, or its last edit, is not shown: a code
    note: Mapped[str] = mapped_column(Text, default="")  # a moderator's own words to the author
    note_language: Mapped[str] = mapped_column(String(12), default="")
    created_at: Mapped[datetime]
    public_at: Mapped[datetime | None]  # when it was first shown
    changed_at: Mapped[datetime | None]  # when its author last changed what everybody reads


Follow = TypeVar("Follow", bound=Callable[[Session, Comment, datetime], Any])
_when_published: list[Callable[[Session, Comment, datetime], Any]] = []
_when_judged: list[Callable[[Session, Comment, datetime], Any]] = []


def when_published(follow: Follow) -> Follow:
    """Registers (session, comment, at): what follows when one is shown for the first time."""
    _when_published.append(follow)
    return follow


def when_judged(follow: Follow) -> Follow:
    """Registers (session, comment, at): what follows when one is taken down, or shown after all."""
    _when_judged.append(follow)
    return follow


def is_by(comment: Comment, person: Person | None) -> bool:
    return person is not None and comment.author_id == person.id


def may_edit(comment: Comment, person: Person | None, area: Area) -> bool:
    """Its author, unless it was taken down or taken back."""
    gone = (State.HIDDEN, State.TAKEN_BACK)
    return is_by(comment, person) and comment_rules.may_comment(person, area) and comment.state not in gone


def may_take_back(comment: Comment, person: Person | None) -> bool:
    return is_by(comment, person) and comment.state != State.TAKEN_BACK


# --- verbs ---


def write(
    session: Session, subject: Subject, *, area: Area, text: str | None, language: str, by: Person, at: datetime,
    client_uuid: str | None = None, parent_id: int | None = None,
) -> Comment:  # fmt: skip
    """A comment, or a reply under the same first comment as the one it answers. It waits, or is public at once.

    The same client_uuid with the same content is the same comment again; with another it raises Conflict.
    NotAllowed for guests and where comments are closed, NotFound for a reply to what is not public,
    Refusal that names "text".
    """
    clean, client_uuid = comment_rules.checked(text), typed.uuid(client_uuid)
    sent = "\0".join((subject.kind, str(subject.number), str(parent_id), str(by.id), clean))  # typed text holds no NUL
    mark = hashlib.sha256(sent.encode()).hexdigest()
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    comment_rules.make_sure_may_write(session, by, area, at=at, lately=partial(_written_lately, session, by, at))
    parent = _head_of(session, subject, parent_id)
    new = insert(session, Comment).values(
        area_id=area.id, kind=subject.kind, noun_id=subject.number, parent_id=parent, author_id=by.id,
        client_uuid=client_uuid, content_mark=mark, text=clean, language=language, state=State.WAITING,
        created_at=at,
    )  # fmt: skip
    # Of two that come at once the unique key takes one; the other finds it here.
    made = new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Comment)
    comment: Comment | None = session.scalar(made)
    if comment is None:
        return write(
            session, subject, area=area, text=clean, language=language, by=by, at=at, client_uuid=client_uuid,
            parent_id=parent_id,
        )  # fmt: skip
    if comment_rules.is_read_first(session, by, area, clean, at=at):
        _ask(session, comment, at=at)
    else:
        publish(session, comment, at=at)
    return comment


def edit(session: Session, comment: Comment, *, area: Area, text: str | None, by: Person, at: datetime) -> None:
    """Its author's other words: shown at once and marked as changed, or read first while the old text stands.

    NotAllowed for anybody else, once it is gone, and where comments are closed; Refusal that names "text".
    """
    if not is_by(comment, by):
        raise _not_yours()
    comment_rules.make_sure_may_write(session, by, area, at=at)
    if not may_edit(comment, by, area):
        raise NotAllowed(say("This comment is not here any more."))
    clean = comment_rules.checked(text)
    if clean == (comment.next_text or comment.text) and comment.state in (State.PUBLIC, State.WAITING):
        return
    if comment.state != State.PUBLIC:  # what was refused once is read again, whoever wrote it
        comment.text, comment.state = clean, str(State.WAITING)
        _ask(session, comment, at=at)
    elif comment_rules.is_read_first(session, by, area, clean, at=at):
        comment.next_text = clean
        _ask(session, comment, at=at)
    else:
        moderation.withdraw(session, kind="comment", noun_id=comment.id, at=at)
        take_over(session, comment, clean, at=at)


def take_over(session: Session, comment: Comment, text: str, *, at: datetime) -> None:
    """Everybody reads this text instead of the one before, and that it was changed."""
    comment.text, comment.next_text, comment.changed_at = text, "", at
    comment.reason = comment.note = ""
    _changed(session, comment)


def publish(session: Session, comment: Comment, *, at: datetime) -> None:
    """Shows it to everybody; the first time, those who want to know hear of it."""
    is_first = comment.public_at is None
    comment.state, comment.public_at = str(State.PUBLIC), comment.public_at or at
    comment.reason = comment.note = ""
    _changed(session, comment)
    if is_first:
        _follow(_when_published, session, comment, at)


def take_back(session: Session, comment: Comment, *, by: Person, at: datetime) -> None:
    """Its author's words are gone for everybody; replies stay. Taking back twice changes nothing. NotAllowed."""
    if not is_by(comment, by):
        raise _not_yours()
    moderation.withdraw(session, kind="comment", noun_id=comment.id, at=at)
    comment.text = comment.next_text = comment.note = comment.reason = ""
    comment.state = str(State.TAKEN_BACK)
    _changed(session, comment)


def hide(session: Session, comment: Comment, reason: str, *, by: Person | None, at: datetime) -> bool:
    """Takes a public comment down, with a reason's code; whether there was one. Replies stay."""
    if comment.state != State.PUBLIC:
        return False
    moderation.withdraw(session, kind="comment", noun_id=comment.id, at=at)
    comment.state, comment.reason, comment.next_text = str(State.HIDDEN), reason, ""
    _changed(session, comment)
    audit.note(session, "comment.hidden", at=at, by=by, area_id=comment.area_id, noun_id=comment.id, reason=reason)
    _follow(_when_judged, session, comment, at)
    return True


def show_again(session: Session, comment: Comment, *, by: Person | None, at: datetime) -> bool:
    """Shows what was taken down or not published after all; whether there was something to show."""
    if comment.state not in (State.HIDDEN, State.NOT_PUBLISHED, State.CHANGE_ASKED):
        return False
    publish(session, comment, at=at)
    audit.note(session, "comment.shown", at=at, by=by, area_id=comment.area_id, noun_id=comment.id)
    _follow(_when_judged, session, comment, at)
    return True


def say_language(session: Session, comment: Comment, language: str) -> None:
    """Which language it is really written in."""
    comment.language = language
    _changed(session, comment)


def count(session: Session, *numbers: int) -> None:
    """Counts the public comments of these ideas anew: what lists show."""
    public = select(func.count()).where(
        Comment.kind == "idea", Comment.noun_id == Idea.id, Comment.state == State.PUBLIC
    )
    counted = update(Idea).where(Idea.id.in_(numbers)).values(comments=public.scalar_subquery())
    session.execute(counted.execution_options(synchronize_session=False))
    for number in numbers:
        if (known := session.identity_map.get(session.identity_key(Idea, number))) is not None:
            session.expire(known, ["comments"])


# --- finders ---


def by_number(session: Session, number: int, *, area_id: int | None = None) -> Comment:
    """The comment of this number, whatever its state, in this area where one is named. Raises NotFound."""
    found = session.scalar(select(Comment).where(Comment.id == number)) if number <= MOST_NUMBER else None
    if found is None or area_id not in (None, found.area_id):
        raise not_here()
    return found


def own(session: Session, number: int, *, by: Person | None, area_id: int) -> Comment:
    """by's own comment. Raises NotFound, also for another's: nobody learns what waits."""
    found = by_number(session, number, area_id=area_id)
    if not is_by(found, by):
        raise not_here()
    return found


def answerable(session: Session, subject: Subject, number: int) -> Comment:
    """A public comment on this subject. Raises NotFound."""
    found = by_number(session, number, area_id=subject.area_id)
    if (found.kind, found.noun_id, found.state) != (subject.kind, subject.number, State.PUBLIC):
        raise not_here()
    return found


def not_here() -> NotFound:
    return NotFound(say("There is no comment with this number."))


# --- private parts ---


def _head_of(session: Session, subject: Subject, parent_id: int | None) -> int | None:
    """The first comment of the thread that a reply to parent_id belongs to."""
    if parent_id is None:
        return None
    parent = answerable(session, subject, parent_id)
    return parent.parent_id or parent.id


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Comment | None:
    query = select(Comment).where(Comment.client_uuid == client_uuid)
    before = session.scalar(query) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _written_lately(session: Session, by: Person, at: datetime) -> int:
    """How many ideas and comments they wrote within a day."""
    since = at - A_DAY
    said = select(func.count()).where(Comment.author_id == by.id, Comment.created_at > since)
    meant = select(func.count()).where(Idea.author_id == by.id, Idea.created_at > since)
    return (session.scalar(said) or 0) + (session.scalar(meant) or 0)


def _ask(session: Session, comment: Comment, *, at: datetime) -> None:
    """A moderator reads it; sent again, this closes what waits of an older text."""
    session.flush()
    item = moderation.ask(
        session, kind="comment", noun_id=comment.id, area_id=comment.area_id, at=at, language=comment.language,
        flags=personal_details.flags(comment.next_text or comment.text),
    )  # fmt: skip
    dangers.watch(session, item, comment.next_text or comment.text, at=at)


def _changed(session: Session, comment: Comment) -> None:
    """Pages that show it are made anew, and the idea's number of comments is counted again.

    Raising the revision holds its row until the commit, so that whoever counts next sees this change too.
    """
    session.flush()
    revisions.raise_(session, comment.area_id, ROOMS[comment.kind])
    if comment.kind == "idea":
        count(session, comment.noun_id)


def _follow(registered: list[Callable[..., Any]], session: Session, comment: Comment, at: datetime) -> None:
    for follow in registered:
        follow(session, comment, at)


def _not_yours() -> NotAllowed:
    return NotAllowed(say("Only whoever wrote this comment may do this."))
