"""Ideas: what residents propose, in their own words and language.

What a moderator decides about one follows in idea_answers.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import (
    dangers,
    idea_texts,
    idea_versions,
    keys,
    moderation,
    people,
    personal_details,
    photos,
    restrictions,
    revisions,
    search,
    typed,
)
from .areas import Area
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound
from .idea_versions import IdeaVersion
from .people import Person
from .photos import Photo
from .waiting import Waiting
from .wording import Wording, say

MOST_NUMBER = 2**31 - 1  # what the databases take for a number


class State(StrEnum):
    """Where an idea is; each step is dated and shown in words."""

    RECEIVED = "received"  # waits for a moderator
    READ = "read"  # read by a person, and public
    IN_CASE = "in_case"
    ANSWERED = "answered"
    TESTED = "tested"
    DONE = "done"
    CHANGE_ASKED = "change_asked"  # its author may edit it and send it again
    NOT_PUBLISHED = "not_published"
    MERGED = "merged"  # with its twin, which stands for both
    WITHDRAWN = "withdrawn"  # by its author


WAY = (State.RECEIVED, State.READ, State.IN_CASE, State.TESTED, State.DONE)  # of an idea that is tried
EDITABLE = (
    State.RECEIVED, State.CHANGE_ASKED, State.NOT_PUBLISHED, State.READ, State.IN_CASE, State.ANSWERED
)  # fmt: skip
PUBLIC = (State.READ, State.IN_CASE, State.ANSWERED, State.TESTED, State.DONE)
STATES: Mapping[str, Wording] = {
    State.RECEIVED: say("Received"),
    State.READ: say("Read by a person"),
    State.IN_CASE: say("Part of a case"),
    State.ANSWERED: say("Answered"),
    State.TESTED: say("Tested"),
    State.DONE: say("Done"),
    State.CHANGE_ASKED: say("A change is asked for"),
    State.NOT_PUBLISHED: say("Not published"),
    State.MERGED: say("Part of another idea"),
    State.WITHDRAWN: say("Taken back"),
}


class Idea(Base):
    __tablename__ = "ideas"
    __table_args__ = (Index("ix_ideas_area_state", "area_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # its public number
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made on the phone; empty: no script
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    receipt_mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the receipt link's token
    title: Mapped[str] = mapped_column(String(idea_texts.LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)  # what follows the title; may be empty
    language: Mapped[str] = mapped_column(String(12))  # the author's page language, until a moderator corrects it
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # staff; empty: nobody
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"), index=True)  # its twin, for MERGED
    state: Mapped[str] = mapped_column(String(20), default=State.RECEIVED)
    supports: Mapped[int] = mapped_column(default=0)  # counted supports; the rows in `supports` are the truth
    comments: Mapped[int] = mapped_column(default=0)  # counted public ones; the rows in `comments` are the truth
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # when another text took the place of a published one

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC


class IdeaStep(Base):
    """A dated line of an idea's status, never changed."""

    __tablename__ = "idea_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # for IN_CASE
    reason: Mapped[str] = mapped_column(String(40), default="")  # for NOT_PUBLISHED: a code that is said in words
    note: Mapped[str] = mapped_column(Text, default="")  # the moderator's own words to the author
    note_language: Mapped[str] = mapped_column(String(12), default="")


def may_see(idea: Idea, person: Person | None) -> bool:
    return idea.state in PUBLIC or may_see_status(idea, person)


def may_see_status(idea: Idea, person: Person | None) -> bool:
    """What a moderator wrote to the author concerns these two alone."""
    return is_by(idea, person) or people.may_moderate(person, idea.area_id)


def may_edit(idea: Idea, person: Person | None) -> bool:
    """Its author, until it was tried: what others have built upon stays as it was."""
    return is_by(idea, person) and idea.state in EDITABLE


def may_withdraw(idea: Idea, person: Person | None) -> bool:
    """Its author, while it stands for itself."""
    return is_by(idea, person) and idea.state not in (State.WITHDRAWN, State.MERGED)


def is_by(idea: Idea, person: Person | None) -> bool:
    return person is not None and idea.author_id == person.id


# --- verbs ---


def submit(
    session: Session, *, area: Area, author: Person, text: str, language: str, at: datetime,
    client_uuid: str | None = None, photo: Photo | None = None, alt: str = "", is_example: bool = False,
    entered_by: Person | None = None,
) -> tuple[Idea, str | None]:  # fmt: skip
    """Takes an idea in: it waits for a moderator. Returns it with the token of its receipt link.

    Phones repeat what they send: the same client_uuid with the same content is the same idea again, with None for
    the token, and photo is left alone; with another content it raises Conflict. entered_by wrote it down for its
    author. Raises Refusal that names "text", "photo" or "alt".
    """
    clean = idea_texts.checked(text)
    client_uuid = typed.uuid(client_uuid)
    restrictions.make_sure_may_write(
        session, author, area.id, at=at, lately=lambda: _sent_since(session, author, at - restrictions.A_DAY)
    )
    mark = _content_mark(area, clean, photo)
    title, rest = idea_texts.in_two(clean)
    word = keys.token()
    # The unique key judges parallel posts, not a look beforehand.
    new = insert(session, Idea).values(
        area_id=area.id, author_id=author.id, client_uuid=client_uuid, content_mark=mark, receipt_mark=keys.mark(word),
        title=title, text=rest, language=language, photo_id=photo.id if photo else None, is_example=is_example,
        created_at=at, entered_by=entered_by.id if entered_by else None,
    )  # fmt: skip
    idea = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Idea))
    if idea is None:
        return _sent_before(session, client_uuid, mark), None
    if photo is not None:
        photos.take(photo, by=author, alt=alt, alt_language=language)
    add_step(session, idea, State.RECEIVED, at=at)
    _ask(session, idea, clean, language, at)
    return idea, word


def ask_again(session: Session, idea: Idea, version: IdeaVersion, *, at: datetime) -> None:
    """A later version waits for a moderator; older ones wait no more."""
    idea_versions.begin(session, idea)
    item = _ask(session, idea, version.whole, version.language, at)
    version.idea_id, version.number, version.written_at = idea.id, item.round, at
    session.add(version)
    session.flush()
    idea_versions.take_back_open(session, idea.id, at=at, but=version.number)


def add_step(session: Session, idea: Idea, state: State, *, at: datetime, **said: Any) -> IdeaStep:
    """The idea is in this state from now on; said: case_id, reason, note, note_language."""
    step = IdeaStep(idea_id=idea.id, state=str(state), at=at, **said)
    session.add(step)
    if state in PUBLIC and not idea.is_public:
        idea_versions.stand(session, idea, at=at)
    elif state == State.NOT_PUBLISHED and idea.is_public:
        idea_versions.fall(session, idea, at=at)
    idea.state = str(state)
    session.flush()
    if state != State.RECEIVED:
        show_anew(session, idea)
    return step


def replace_words(session: Session, idea: Idea, version: IdeaVersion, *, at: datetime) -> None:
    """A public idea says something else from now on."""
    idea.title, idea.text, idea.language, idea.changed_at = version.title, version.text, version.language, at
    session.flush()
    show_anew(session, idea)


def show_anew(session: Session, idea: Idea) -> None:
    """What everybody reads of it has changed."""
    revisions.raise_(session, idea.area_id, "ideas")
    search.keep(session, idea.id, f"{idea.title}\n{idea.text}" if idea.state in PUBLIC else None)


def new_receipt(session: Session, idea: Idea, *, by: Person) -> str:
    """The token of a new receipt link; an older one works no more. NotAllowed unless by wrote the idea."""
    if not is_by(idea, by):
        raise NotAllowed(say("Only whoever wrote this idea may do this."))
    word = keys.token()
    idea.receipt_mark = keys.mark(word)
    session.flush()
    return word


# --- finders ---


def by_number(session: Session, number: int, *, area_id: int | None = None) -> Idea:
    """The idea of this number, in this area where one is named. Raises NotFound."""
    found = session.scalar(select(Idea).where(Idea.id == number)) if number <= MOST_NUMBER else None
    if found is None or area_id not in (None, found.area_id):
        raise not_here()
    return found


def by_receipt(session: Session, word: str) -> Idea:
    """The idea that a receipt link's token belongs to. Raises NotFound."""
    found = session.scalar(select(Idea).where(Idea.receipt_mark == keys.mark(word)))
    if found is None:
        raise NotFound(say("This receipt link is not known here. A newer one may have replaced it."))
    return found


def steps(session: Session, idea_id: int) -> list[IdeaStep]:
    """Its status, oldest first."""
    return list(session.scalars(select(IdeaStep).where(IdeaStep.idea_id == idea_id).order_by(IdeaStep.id)))


def to_come(state: str) -> Sequence[State]:
    """What may follow, in order; nothing after an answer or a refusal."""
    return WAY[WAY.index(State(state)) + 1 :] if state in WAY else ()


def not_here() -> NotFound:
    return NotFound(say("There is no idea with this number."))


# --- private parts ---


def _ask(session: Session, idea: Idea, text: str, language: str, at: datetime) -> Waiting:
    """Whoever wrote it down for its author does not decide about it."""
    item = moderation.ask(
        session, kind="idea", noun_id=idea.id, area_id=idea.area_id, at=at, language=language,
        flags=personal_details.flags(text), not_by=idea.entered_by,
    )  # fmt: skip
    dangers.watch(session, item, text, at=at)
    return item


def _sent_since(session: Session, author: Person, since: datetime) -> int:
    query = select(func.count()).select_from(Idea).where(Idea.author_id == author.id, Idea.created_at > since)
    return session.scalar(query) or 0


def _content_mark(area: Area, text: str, photo: Photo | None) -> str:
    sent = "\0".join((area.slug, text, photo.content_mark if photo else ""))  # typed text holds no NUL
    return hashlib.sha256(sent.encode()).hexdigest()


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Idea:
    before = session.scalar(select(Idea).where(Idea.client_uuid == client_uuid))
    if before is None or before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Write it as a new idea."), field="client_uuid")
    return before
