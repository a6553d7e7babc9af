"""The queue: whatever must be read by a person before it is public waits here, oldest first.

It knows no feature: see reading.py for what a feature hands in. A decision can be taken back until somebody is told
of it; `settle_due` tells, once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Update,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, people, typed
from .database import Base
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .languages import WRITTEN_BY_TAG
from .people import Person, Role
from .reading import Kind, Shown, author_of, before_decided, kinds, offer_reasons, shown, when_corrected, when_decided
from .wording import Wording, say, say_count

__all__ = [
    "Decision", "Kind", "Shown", "Waiting", "ask", "author_of", "before_decided", "claim", "correct_language", "count",
    "decide", "decided_lately", "find", "look_at", "offer_reasons", "reasons", "settle_due", "shown", "undo",
    "undoable", "waiting", "when_corrected", "when_decided",
]  # fmt: skip

SOON = timedelta(hours=24)  # amber
LATE = timedelta(hours=48)  # red
CLAIM = timedelta(minutes=5)  # how long somebody is shown to be reading
LONGEST_NOTE = 1000  # characters
MOST_NUMBER = 2**31 - 1  # what the databases take for a number
MOST_ROWS = 200  # of the queue on one page, and told by one call of settle_due


class Decision(StrEnum):
    """A report is "approved" when what it names stays, an appeal when what was refused is published after all."""

    APPROVED = "approved"
    NOT_PUBLISHED = "not_published"
    CHANGE_ASKED = "change_asked"  # the author is asked to edit it and send it again
    MERGED = "merged"  # it says the same as another, which takes its supports and followers over


class Waiting(Base):
    __tablename__ = "moderation"
    __table_args__ = (
        UniqueConstraint("kind", "noun_id", "round"),
        Index("ix_moderation_open", "area_id", "decision", "asked_at"),
        Index("ix_moderation_due", "told_at", "tells_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(20))  # "idea", "comment", "photo", "report", "appeal"
    noun_id: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)  # raised when the same thing is sent again
    asked_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(12), default="")  # it is written in; for the queue's filter
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of what a reader should look at twice
    is_urgent: Mapped[bool] = mapped_column(default=False)  # somebody may be in danger: read before all else
    not_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # who decided before
    needs_core: Mapped[bool] = mapped_column(default=False)  # only the core team decides: nobody else is left here
    handed_to: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # who was asked to
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    claimed_until: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))  # empty: it waits
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    tells_at: Mapped[datetime | None]  # when the author is told; until then the decision can be undone
    told_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    note_language: Mapped[str] = mapped_column(String(12), default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))  # approved into this case; empty: into none
    merge_into: Mapped[int | None]  # the noun id of the twin, for MERGED
    photo_act: Mapped[str] = mapped_column(String(12), default="")  # "away" or "blurred"; empty: it stays as it is
    version: Mapped[int] = mapped_column(default=1)  # raised with each change; a decision names the one it saw


@dataclass(frozen=True)
class Entry:
    """A row of the queue, before it is known how the thing looks."""

    id: int
    area_id: int
    kind: str
    noun_id: int
    asked_at: datetime
    reader_id: int | None  # who is reading it now, if anybody
    reader: str


def may_decide(person: Person | None, item: Waiting, author_id: int | None) -> bool:
    """Moderators of its area, but nobody about their own, nor twice about the same."""
    if person is None or not people.may_moderate(person, item.area_id) or person.id in (author_id, item.not_by):
        return False
    return not item.needs_core or person.has_role(Role.CORE, None)


# --- verbs ---


def ask(session: Session, *, kind: str, noun_id: int, area_id: int, at: datetime, **how: Any) -> Waiting:
    """Puts something into the queue; sent again, it waits in a round of its own.

    how: language, flags, is_urgent, not_by, needs_core, as the columns of Waiting say.
    """
    before = select(func.coalesce(func.max(Waiting.round), 0)).where(Waiting.kind == kind, Waiting.noun_id == noun_id)
    item = Waiting(kind=kind, noun_id=noun_id, area_id=area_id, round=before.scalar_subquery() + 1, asked_at=at, **how)
    session.add(item)
    session.flush()
    return item


def claim(session: Session, item: Waiting, *, by: Person, at: datetime) -> bool:
    """Says who is reading it, softly: it keeps nobody from deciding. False while somebody else reads."""
    free = or_(Waiting.claimed_until.is_(None), Waiting.claimed_until <= at, Waiting.claimed_by == by.id)
    claimed = update(Waiting).where(Waiting.id == item.id, Waiting.decision.is_(None), free)
    done = _is_done(session, claimed.values(claimed_by=by.id, claimed_until=at + CLAIM))
    session.refresh(item)
    return done


def decide(
    session: Session, item_id: int, decision: Decision, *, by: Person, seen_version: int, at: datetime,
    undo_seconds: float, reason: str = "", note: str = "", note_language: str = "", case_id: int | None = None,
) -> Waiting:  # fmt: skip
    """Decides what by has read; nothing that somebody else decided is overwritten.

    Raises NotFound outside by's areas, NotAllowed about one's own, Conflict when it was decided or changed since
    seen_version, Refusal without one of the kind's reasons where it is not published.
    """
    item = _find_to_decide(session, item_id, by)
    if item.decision is not None or item.version != seen_version:
        raise Conflict(_who_was_quicker(session, item, at))
    publishes = decision == Decision.APPROVED
    case_id = case_id if publishes else None
    new = {
        "decision": str(decision), "decided_by": by.id, "decided_at": at, "case_id": case_id,
        "tells_at": at + timedelta(seconds=undo_seconds),
        "reason": "" if publishes else _reason(item.kind, reason),
        "note": typed.text(note, field="note", most=LONGEST_NOTE, needed=False),
        "note_language": note_language if note_language in WRITTEN_BY_TAG else by.language,
    }  # fmt: skip
    for check in kinds[item.kind].checks:
        check(session, item, case_id)
    still_so = (Waiting.id == item.id, Waiting.decision.is_(None), Waiting.version == seen_version)
    is_first = _is_done(session, update(Waiting).where(*still_so).values(**new, version=Waiting.version + 1))
    session.refresh(item)
    if not is_first:
        raise Conflict(_who_was_quicker(session, item, at))
    audit.note(
        session, f"{item.kind}.{decision}", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id,
        reason=item.reason, case_id=item.case_id,
    )  # fmt: skip
    return item


def undo(session: Session, item_id: int, *, by: Person, at: datetime) -> Waiting:
    """Takes one's own decision back. Raises Conflict when somebody has been told of it."""
    item = find(session, item_id, by=by)
    if item.decided_by != by.id:
        raise NotAllowed(say("Only whoever decided can take it back."))
    mine = update(Waiting).where(Waiting.id == item.id, Waiting.decided_by == by.id, Waiting.told_at.is_(None))
    nothing = dict.fromkeys(("decision", "decided_by", "decided_at", "tells_at", "case_id"))
    if not _is_done(session, mine.values(**nothing, reason="", version=Waiting.version + 1)):
        raise Conflict(say("It is too late to undo: the author has been told."))
    session.refresh(item)
    audit.note(session, f"{item.kind}.undone", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id)
    return item


def correct_language(session: Session, item_id: int, language: str, *, by: Person, at: datetime) -> Waiting:
    """Says which language it is really written in. Raises Refusal for a language that nobody here writes."""
    item = _find_to_decide(session, item_id, by)
    if language not in WRITTEN_BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    kinds[item.kind].correct(session, item.noun_id, language)
    audit.note(
        session, f"{item.kind}.language", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id, language=language
    )
    return item


def settle_due(session: Session, at: datetime) -> int:
    """Lets each decision that can no longer be undone take effect, once; returns how many. The worker calls it."""
    due = (Waiting.told_at.is_(None), Waiting.decision.is_not(None), Waiting.tells_at <= at)
    settled = 0
    for item_id in session.scalars(select(Waiting.id).where(*due).order_by(Waiting.tells_at).limit(MOST_ROWS)).all():
        if _is_done(session, update(Waiting).where(Waiting.id == item_id, *due).values(told_at=at)):
            item = session.get_one(Waiting, item_id, populate_existing=True)
            kinds[item.kind].follow(session, item, at)
            settled += 1
    return settled


# --- finders ---


def find(session: Session, item_id: int, *, by: Person) -> Waiting:
    """Raises NotFound, also where by may not moderate: nobody learns what waits elsewhere."""
    item = session.get(Waiting, item_id, populate_existing=True) if item_id <= MOST_NUMBER else None
    if item is None or not people.may_moderate(by, item.area_id):
        raise NotFound(say("Nothing waits here under this number."))
    return item


def waiting(session: Session, area_ids: Collection[int] | None, at: datetime) -> list[Entry]:
    """What waits in these areas (None: in every area), oldest first, at most MOST_ROWS."""
    reading = Waiting.claimed_until > at
    query = (
        select(Waiting.id, Waiting.area_id, Waiting.kind, Waiting.noun_id, Waiting.asked_at, Person.id, Person.name)
        .outerjoin(Person, (Person.id == Waiting.claimed_by) & reading)
        .where(*_open_in(area_ids))
        .order_by(Waiting.asked_at, Waiting.id)
        .limit(MOST_ROWS)
    )
    return [Entry(*row[:6], row[6] or "") for row in session.execute(query)]


def count(session: Session, area_ids: Collection[int] | None) -> int:
    return session.scalar(select(func.count()).select_from(Waiting).where(*_open_in(area_ids))) or 0


def undoable(session: Session, by: Person) -> Waiting | None:
    """The last decision of by's of which nobody has been told yet."""
    query = select(Waiting).where(Waiting.decided_by == by.id, Waiting.told_at.is_(None), Waiting.decision.is_not(None))
    return session.scalar(query.order_by(Waiting.decided_at.desc()).limit(1))


def decided_lately(session: Session, area_ids: Collection[int] | None, most: int = 20) -> list[Waiting]:
    """What was decided in these areas, latest first."""
    query = select(Waiting).where(Waiting.decision.is_not(None), *_in(area_ids)).order_by(Waiting.decided_at.desc())
    return list(session.scalars(query.limit(most)))


def look_at(session: Session, things: Collection[tuple[str, int]], language: str) -> dict[tuple[str, int], Shown]:
    """{(kind, noun id): how it looks to a reader of language}; one call for each kind, however many there are."""
    found: dict[tuple[str, int], Shown] = {}
    for kind in {kind for kind, _ in things}:
        seen = kinds[kind].show(session, [noun_id for its_kind, noun_id in things if its_kind == kind], language)
        found |= {(kind, noun_id): one for noun_id, one in seen.items()}
    return found


def author_id_of(session: Session, item: Waiting) -> int | None:
    return kinds[item.kind].author(session, item.noun_id)


def reasons(kind: str) -> dict[str, Wording]:
    """{code: sentence to the author} for not publishing a thing of this kind."""
    return kinds[kind].reasons


# --- private parts ---


def _open_in(area_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [Waiting.decision.is_(None), *_in(area_ids)]


def _in(area_ids: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if area_ids is None else [Waiting.area_id.in_(area_ids)]


def _find_to_decide(session: Session, item_id: int, by: Person) -> Waiting:
    item = find(session, item_id, by=by)
    if not may_decide(by, item, author_id_of(session, item)):
        raise NotAllowed(say("You wrote this yourself. Somebody else has to read it."))
    return item


def _reason(kind: str, code: str) -> str:
    if code not in reasons(kind):
        raise Refusal(say("Choose a reason. The author reads it."), field="reason")
    return code


def _is_done(session: Session, change: Update) -> bool:
    """Whether a conditional UPDATE of one row found it in the state that it names."""
    quietly = change.returning(Waiting.id).execution_options(synchronize_session=False)
    return session.scalar(quietly) is not None


def _who_was_quicker(session: Session, item: Waiting, at: datetime) -> Wording:
    if item.decision is None or item.decided_at is None:
        return say("This has changed since you opened it. Read it again.")
    quicker = people.by_id(session, item.decided_by) if item.decided_by else None
    minutes = max(int((at - item.decided_at).total_seconds() // 60), 0)
    name = quicker.name if quicker and quicker.name else say("Somebody else")
    if item.decision == Decision.APPROVED:
        return say_count(
            "%(name)s approved this %(number)s minute ago. Nothing has changed.",
            "%(name)s approved this %(number)s minutes ago. Nothing has changed.", minutes, name=name,
        )  # fmt: skip
    return say_count(
        "%(name)s decided %(number)s minute ago not to publish this. Nothing has changed.",
        "%(name)s decided %(number)s minutes ago not to publish this. Nothing has changed.", minutes, name=name,
    )  # fmt: skip
