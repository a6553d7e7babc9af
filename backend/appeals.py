"""Appeals: whoever was told no may object for six months, and another person decides (DSA, article 20).

Each kind of decision registers how it is found and how it is turned over; see appeal_kinds.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import moderation, notices, staff, typed
from .database import Base, insert
from .errors import NotFound, Refusal
from .people import Person, Role
from .wording import Wording, say

OPEN_FOR = timedelta(days=182)  # from the day on which they were told: six months
LONGEST_WORDS = 2000  # characters
TELL_WITHIN = timedelta(days=30)


class Appeal(Base):
    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str] = mapped_column(String(20))  # of what was decided about
    noun_id: Mapped[int]
    decision: Mapped[str] = mapped_column(String(40), unique=True)  # the decision's key: one appeal against each
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))  # of the page where it was written
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20), default="")  # "changed", "stands" or "gone"; empty: it waits
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it stands: a code that is said in words
    note: Mapped[str] = mapped_column(Text, default="")  # of whoever answered
    note_language: Mapped[str] = mapped_column(String(12), default="")


@dataclass(frozen=True)
class Decided:
    """A decision that stands, as its author reads it: what, why, by which rule and when."""

    key: str  # names this decision for good
    area_id: int
    person_id: int | None  # whom it concerns
    by_id: int | None  # who decided; another decides about the appeal
    told_at: datetime
    label: Wording  # "Idea 12"
    title: str
    text: str
    language: str
    reason: Wording
    rule: Wording | None = None
    note: str = ""
    note_language: str = ""
    needs_core: bool = False  # nobody in the area may turn it over

    @property
    def until(self) -> datetime:
        """The last moment for an appeal."""
        return self.told_at + OPEN_FOR


@dataclass(frozen=True)
class Appealable:
    """decided: (session, number) -> the decision that stands, or None. overturn: (session, number, at)."""

    decided: Callable[[Session, int], Decided | None]
    overturn: Callable[[Session, int, datetime], None]


@dataclass(frozen=True)
class Offer:
    """What somebody reads beside a decision about their own: the decision, and their appeal if they made one."""

    kind: str
    number: int
    decided: Decided
    appeal: Appeal | None
    is_open: bool  # whether they may object now


KINDS: dict[str, Appealable] = {}


def appealable(kind: str, of: Appealable) -> None:
    """From now on decisions about things of this kind can be appealed."""
    KINDS[kind] = of


def may_object(decided: Decided, person: Person | None, at: datetime) -> bool:
    return person is not None and decided.person_id == person.id and at <= decided.until


# --- verbs ---


def object_to(
    session: Session, kind: str, number: int, *, by: Person, words: str | None, language: str, at: datetime
) -> Appeal:
    """Takes an appeal in; a second one against the same decision is the first again.

    Raises NotFound where nothing was decided about by's own, Refusal after six months or without "words".
    """
    found = offer(session, kind, number, by, at=at)
    if found.appeal is not None:
        return found.appeal
    decided = found.decided
    if not found.is_open:
        raise Refusal(say("Six months have passed. It is too late to object."))
    clean = typed.text(words, field="words", most=LONGEST_WORDS)
    new = insert(session, Appeal).values(
        area_id=decided.area_id, kind=kind, noun_id=number, decision=decided.key, person_id=by.id, words=clean,
        language=language, created_at=at,
    )  # fmt: skip
    made: Appeal | None = session.scalar(new.on_conflict_do_nothing(index_elements=["decision"]).returning(Appeal))
    if made is None:
        return session.scalars(select(Appeal).where(Appeal.decision == decided.key)).one()
    _queue(session, made, decided, at)
    return made


# --- finders ---


def offer(session: Session, kind: str, number: int, person: Person | None, *, at: datetime) -> Offer:
    """Raises NotFound where no decision about person's own stands: others learn nothing."""
    found = look_for(session, kind, number, person, at=at)
    if found is None:
        raise NotFound(say("There is nothing here to object to."))
    return found


def look_for(session: Session, kind: str, number: int, person: Person | None, *, at: datetime) -> Offer | None:
    """The same; None instead of an error."""
    known = KINDS.get(kind)
    decided = known.decided(session, number) if known and number < 2**31 else None
    if decided is None or person is None or decided.person_id != person.id:
        return None
    appeal = session.scalar(select(Appeal).where(Appeal.decision == decided.key))
    return Offer(kind, number, decided, appeal, is_open=appeal is None and may_object(decided, person, at))


def own(session: Session, number: int, *, by: Person | None, area_id: int) -> Appeal:
    """by's own appeal. Raises NotFound, also for another's."""
    found = session.get(Appeal, number) if number < 2**31 else None
    if found is None or by is None or found.person_id != by.id or found.area_id != area_id:
        raise NotFound(say("There is no objection of yours with this number."))
    return found


def of_person(session: Session, person: Person, *, most: int = 100) -> list[Appeal]:
    """What somebody objected to, newest first."""
    query = select(Appeal).where(Appeal.person_id == person.id).order_by(Appeal.id.desc())
    return list(session.scalars(query.limit(most)))


def waits_for_nobody(session: Session, decided: Decided) -> bool:
    """Whether only the core team may decide, and nobody is in it but those concerned."""
    concerned = {decided.by_id, decided.person_id}
    return _needs_core(session, decided) and not staff.everywhere(session, Role.CORE) - concerned


# --- private parts ---


def _needs_core(session: Session, decided: Decided) -> bool:
    concerned = {decided.by_id, decided.person_id}
    return decided.needs_core or not staff.is_left(session, decided.area_id, without=concerned)


def _queue(session: Session, appeal: Appeal, decided: Decided, at: datetime) -> None:
    """Into the queue, away from whoever decided; where nobody else is there at all, operators hear of it."""
    moderation.ask(
        session, kind="appeal", noun_id=appeal.id, area_id=appeal.area_id, at=at, language=appeal.language,
        not_by=decided.by_id, needs_core=_needs_core(session, decided),
    )  # fmt: skip
    if waits_for_nobody(session, decided):
        for operator in sorted(staff.everywhere(session, Role.OPERATOR)):
            notices.tell(
                session, kind="appeal_waits", area_id=appeal.area_id, noun_id=appeal.id, audience="person",
                audience_id=operator, at=at, ends_at=at + TELL_WITHIN,
            )  # fmt: skip
