"""Limits on a person, set by staff with a reason and an end, and open to appeal.

Nobody loses what everybody has: reading, reporting, coming to meetings, voting, and one's own data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import addresses, areas, audit, notices, people, typed
from .areas import Area
from .database import Base
from .days import Day
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .languages import WRITTEN_BY_TAG
from .notices import Message, Notice
from .people import Person, Role
from .wording import Wording, say

LONGEST = timedelta(days=365)
LONGEST_NOTE = 1000  # characters
DAYS = (1, 7, 30, 90, 365)  # what is offered
A_DAY = timedelta(days=1)


class Kind(StrEnum):
    LIMITED = "limited"  # one thing a day, and a person reads it first
    SUSPENDED = "suspended"  # writes nothing, supports nothing, joins no team


KINDS: Mapping[str, Wording] = {
    Kind.LIMITED: say("May write one thing a day, and a person reads it first"),
    Kind.SUSPENDED: say("May not write, support or join a team"),
}
TOLD: Mapping[str, Wording] = {
    Kind.LIMITED: say("You may write one thing a day for now"),
    Kind.SUSPENDED: say("You may not write here for now"),
}
REASONS: Mapping[str, Wording] = {
    "hurts_others": say("What was written hurt others."),
    "threatens": say("What was written threatened somebody."),
    "advertises": say("It was advertising, or the same many times."),
    "pretends": say("It was written in somebody else’s name."),
    "reveals_others": say("What was written told private things of others."),
}


class Restriction(Base):
    __tablename__ = "restrictions"
    __table_args__ = (Index("ix_restrictions_person", "person_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))  # empty: everywhere
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))  # a code that is said in words
    note: Mapped[str] = mapped_column(Text, default="")  # staff's own words to the person
    note_language: Mapped[str] = mapped_column(String(12), default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]  # taken back early, by staff or by an appeal

    @property
    def kind_words(self) -> Wording:
        return KINDS[self.kind]

    @property
    def told_words(self) -> Wording:
        return TOLD[self.kind]

    @property
    def reason_words(self) -> Wording:
        return REASONS[self.reason]


def may_restrict(by: Person | None, person: Person, area_id: int | None) -> bool:
    """Coordinators in their area, core team and operators everywhere; never oneself, and never whoever has a role."""
    if by is None or by.id == person.id or person.is_staff:
        return False
    if area_id is None:
        return by.has_role(Role.CORE, None) or by.has_role(Role.OPERATOR, None)
    return people.may_coordinate(by, area_id) or by.has_role(Role.OPERATOR, None)


# --- verbs ---


def restrict(
    session: Session, person: Person, kind: str, *, area: Area | None, reason: str, days: int, by: Person, at: datetime,
    note: str = "", note_language: str = "",
) -> Restriction:  # fmt: skip
    """Limits or suspends a person in an area, or everywhere, for some days; they hear of it, with the reason.

    Raises NotAllowed, Refusal for what is not offered, Conflict where such a limit holds already.
    """
    area_id = area.id if area else None
    if not may_restrict(by, person, area_id):
        raise NotAllowed(say("You may not limit this person here."))
    _make_sure_it_is_offered(kind, reason, days)
    if any(one.kind == kind and one.area_id == area_id for one in holding(session, person, at=at)):
        raise Conflict(say("This limit holds already. Take it back first."))
    new = Restriction(
        person_id=person.id, area_id=area_id, kind=kind, reason=reason, by=by.id, at=at,
        note=typed.text(note, field="note", most=LONGEST_NOTE, needed=False), ends_at=at + timedelta(days=days),
        note_language=note_language if note_language in WRITTEN_BY_TAG else by.language,
    )  # fmt: skip
    session.add(new)
    person.restricted_until = max(new.ends_at, person.restricted_until or new.ends_at)
    session.flush()
    audit.note(session, f"person.{kind}", at=at, by=by, area_id=area_id, noun_id=new.id, reason=reason, days=days)
    _tell(session, new, person, at)
    return new


def lift(session: Session, restriction: Restriction, *, by: Person | None, at: datetime) -> None:
    """Ends it early; by is None where an appeal did. Lifting twice changes nothing. Raises NotAllowed."""
    person = session.get_one(Person, restriction.person_id)
    if by is not None and not may_restrict(by, person, restriction.area_id):
        raise NotAllowed(say("You may not limit this person here."))
    if restriction.lifted_at is None:
        restriction.lifted_at = at
        session.flush()
        audit.note(session, "person.free", at=at, by=by, area_id=restriction.area_id, noun_id=restriction.id)


def make_sure_may_write(
    session: Session, person: Person, area_id: int, *, at: datetime, lately: Callable[[], int]
) -> None:
    """Raises NotAllowed for whoever is suspended here, or limited and has written something within A_DAY.

    lately counts what they wrote of this kind since then. Whoever was never limited costs no statement.
    """
    held = holding(session, person, at=at, area_id=area_id)
    for one in held:
        if one.kind == Kind.SUSPENDED:
            raise NotAllowed(say("You can't write here until %(day)s. Your page says why.", day=_end(session, one)))
    if held and lately() > 0:
        raise NotAllowed(say("You can write one thing a day for now. Your page says why."))


def make_sure_may_join(session: Session, person: Person, area_id: int, *, at: datetime) -> None:
    """Raises NotAllowed for whoever may neither support nor join here for now."""
    for one in holding(session, person, at=at, area_id=area_id):
        if one.kind == Kind.SUSPENDED:
            raise NotAllowed(say("You can't do this here until %(day)s. Your page says why.", day=_end(session, one)))


# --- finders ---


def holding(session: Session, person: Person, *, at: datetime, area_id: int | None = None) -> list[Restriction]:
    """What limits somebody now: everywhere, or in this area where one is named; the longest first."""
    if person.restricted_until is None or person.restricted_until <= at:
        return []
    query = select(Restriction).where(Restriction.person_id == person.id, *_hold(at))
    if area_id is not None:
        query = query.where(or_(Restriction.area_id.is_(None), Restriction.area_id == area_id))
    return list(session.scalars(query.order_by(Restriction.ends_at.desc())))


def is_read_first(session: Session, person: Person, area_id: int, *, at: datetime) -> bool:
    """Whether what they write waits for a person even where others' is published at once."""
    return bool(holding(session, person, at=at, area_id=area_id))


def of_person(session: Session, person: Person) -> list[Restriction]:
    """All there ever were, latest first."""
    query = select(Restriction).where(Restriction.person_id == person.id)
    return list(session.scalars(query.order_by(Restriction.id.desc())))


def by_number(session: Session, number: int) -> Restriction:
    """Raises NotFound."""
    found = session.get(Restriction, number) if number < 2**31 else None
    if found is None:
        raise NotFound(say("There is no such limit."))
    return found


# --- private parts ---


def _hold(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Restriction.ends_at > at, Restriction.lifted_at.is_(None)


def _make_sure_it_is_offered(kind: str, reason: str, days: int) -> None:
    if kind not in KINDS:
        raise Refusal(say("Choose what they may not do."), field="kind")
    if reason not in REASONS:
        raise Refusal(say("Choose a reason. The person reads it."), field="reason")
    if days not in DAYS:
        raise Refusal(say("Choose how long it holds."), field="days")


def _end(session: Session, restriction: Restriction) -> Day:
    area = areas.by_id(session, restriction.area_id) if restriction.area_id else areas.every(session)[0]
    return Day(restriction.ends_at, area.zone)


def _tell(session: Session, new: Restriction, person: Person, at: datetime) -> None:
    where = new.area_id or person.area_id or areas.every(session)[0].id
    notices.tell(
        session, kind="person_restricted", area_id=where, noun_id=new.id, audience="person", audience_id=person.id,
        at=at, ends_at=at + timedelta(days=30),
    )  # fmt: skip


@notices.said("person_restricted", notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    one = by_number(session, notice.noun_id)
    body = say("%(reason)s This holds until %(day)s. You can object.", reason=one.reason_words, day=_end(session, one))
    return Message(one.told_words.into(language), body.into(language), addresses.mine(language))
