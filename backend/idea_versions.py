"""The texts that an idea has had: one row for each time its author sent it, with what became of it.

The idea's own row holds the text that stands. A version's number is the round of moderation in which it was read.
Most ideas are sent once: their only version is the idea itself, and gets a row when a second one comes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import idea_texts
from .database import Base
from .waiting import WITHDRAWN, Decision, Waiting

if TYPE_CHECKING:
    from .ideas import Idea

MOST_PAIRS = 20_000  # of equal words, so that a text of one word again and again takes no time either
WORDS = re.compile(r"\s*\S+|\s+")


class State(StrEnum):
    """What became of a version."""

    WAITING = "waiting"
    APPROVED = "approved"
    NOT_PUBLISHED = "not_published"
    CHANGE_ASKED = "change_asked"
    MERGED = "merged"  # read, and found to say the same as another idea
    TAKEN_BACK = "taken_back"  # a newer one came before it was read, or the idea was withdrawn


class IdeaVersion(Base):
    __tablename__ = "idea_versions"

    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the round of moderation
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # of an edit's form; empty: no script
    content_mark: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of an edit; empty: the first version
    title: Mapped[str] = mapped_column(String(idea_texts.LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id", ondelete="SET NULL"), index=True)
    written_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    written_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    settled_at: Mapped[datetime | None]  # when its state became final; empty while it waits
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it is not published: a code
    note: Mapped[str] = mapped_column(Text, default="")  # a moderator's own words to the author
    note_language: Mapped[str] = mapped_column(String(12), default="")

    @property
    def whole(self) -> str:
        """Title and text as one, to compare with another version."""
        return idea_texts.in_one(self.title, self.text)


@dataclass(frozen=True)
class Part:
    """Some words of a text beside another: kind is "same", "added" or "removed"."""

    kind: str
    text: str


# --- verbs ---


def begin(session: Session, idea: Idea) -> None:
    """Keeps the words that an idea has now, before other ones come; nothing changes where they are kept already."""
    if not _kept(session, idea.id):
        session.add(_first(session, idea))
        session.flush()


def take_back_open(session: Session, idea_id: int, *, at: datetime, but: int = 0) -> None:
    """What waits is not read any more, except the version of this number."""
    waiting = (IdeaVersion.idea_id == idea_id, IdeaVersion.state == State.WAITING, IdeaVersion.number != but)
    change = update(IdeaVersion).where(*waiting).values(state=State.TAKEN_BACK, settled_at=at)
    session.execute(change.execution_options(synchronize_session="fetch"))


def stand(session: Session, idea: Idea, *, at: datetime) -> None:
    """The newest version of the idea's words is what everybody reads now, however that was decided."""
    _settle_own(session, idea, State.APPROVED, at)


def fall(session: Session, idea: Idea, *, at: datetime) -> None:
    """The words that stood were taken down: nobody finds them among the older ones either."""
    _settle_own(session, idea, State.NOT_PUBLISHED, at)


# --- finders ---


def every(session: Session, idea: Idea) -> list[IdeaVersion]:
    """All versions of an idea, oldest first."""
    return _kept(session, idea.id) or [_first(session, idea)]


def public(session: Session, idea: Idea) -> list[IdeaVersion]:
    """Those that have stood for everybody to read, oldest first."""
    return [one for one in every(session, idea) if one.state == State.APPROVED]


def latest(session: Session, idea: Idea) -> IdeaVersion:
    """What its author sent last."""
    return every(session, idea)[-1]


def difference(old: str, new: str) -> list[Part]:
    """The words of both texts in reading order; what is "same" or "removed" makes old, "same" or "added" makes new."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    return [part for part in _differing(before, after) if part.text]


# --- private parts ---


def _kept(session: Session, idea_id: int) -> list[IdeaVersion]:
    query = select(IdeaVersion).where(IdeaVersion.idea_id == idea_id)
    return list(session.scalars(query.order_by(IdeaVersion.number)))


def _first(session: Session, idea: Idea) -> IdeaVersion:
    """What was sent first, out of the idea and what was decided about it; not in the session."""
    own = (Waiting.kind == "idea", Waiting.noun_id == idea.id, Waiting.round == 1)
    item = session.scalar(select(Waiting).where(*own))
    is_told = item is not None and item.told_at is not None
    return IdeaVersion(
        idea_id=idea.id, number=1, content_mark="", title=idea.title, text=idea.text, language=idea.language,
        photo_id=idea.photo_id, written_by=idea.author_id, written_at=idea.created_at,
        state=_state_of_first(idea, item), settled_at=item.told_at if item else None,
        reason=item.reason if item and is_told else "", note=item.note if item and is_told else "",
        note_language=item.note_language if item and is_told else "",
    )  # fmt: skip


def _state_of_first(idea: Idea, item: Waiting | None) -> State:
    if idea.is_public:
        return State.APPROVED
    if item is None or item.told_at is None:
        return State.WAITING
    if item.decision == WITHDRAWN:
        return State.TAKEN_BACK
    was_taken_down = idea.state == "not_published" and item.decision == Decision.APPROVED
    return State.NOT_PUBLISHED if was_taken_down else State(item.decision or "")


def _settle_own(session: Session, idea: Idea, state: State, at: datetime) -> None:
    words = (IdeaVersion.title == idea.title, IdeaVersion.text == idea.text)
    own = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, *words)
    found = session.scalar(own.order_by(IdeaVersion.number.desc()).limit(1))
    if found is not None and found.state != state:
        found.state, found.settled_at = state, at
        session.flush()


def _differing(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    steps = matcher.get_opcodes() if _is_quick(before, after) else _ends_alike(before, after)
    for _, start, end, new_start, new_end in steps:
        if before[start:end] == after[new_start:new_end]:
            yield Part("same", "".join(before[start:end]))
            continue
        yield Part("removed", "".join(before[start:end]))
        yield Part("added", "".join(after[new_start:new_end]))


def _is_quick(before: Sequence[str], after: Sequence[str]) -> bool:
    """The matcher looks at each pair of equal words again and again."""
    counted = Counter(after)
    return sum(number * counted[word] for word, number in Counter(before).items()) <= MOST_PAIRS


def _ends_alike(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What both begin and end with, and all between as one change."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old_end, new_end = len(before) - tail, len(after) - tail
    return [
        ("", 0, head, 0, head),
        ("", head, old_end, head, new_end),
        ("", old_end, len(before), new_end, len(after)),
    ]
