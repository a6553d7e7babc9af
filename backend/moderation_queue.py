"""What waits, as the desk lists it: urgent things first, then the oldest; filtered, with a count for each filter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from . import people
from .people import Person, Role
from .reading import kinds
from .waiting import WITHDRAWN, Waiting, open_in, within

SOON = timedelta(hours=24)  # amber
LATE = timedelta(hours=48)  # red
AGES = {"24": SOON, "48": LATE}  # by what the filter calls them: waits for at least so long
MOST_ROWS = 200  # of the queue on one page


@dataclass(frozen=True)
class Entry:
    """A row of the queue, before it is known how the thing looks."""

    id: int
    area_id: int
    kind: str
    noun_id: int
    asked_at: datetime
    version: int
    is_urgent: bool
    flags: Sequence[str]
    reader_id: int | None  # who is reading it now, if anybody
    reader: str
    handed_to: int | None  # whom it was handed to, if anybody
    handed_by: str

    @property
    def place(self) -> tuple[bool, datetime, int]:
        """Where it stands in the queue."""
        return not self.is_urgent, self.asked_at, self.id


@dataclass(frozen=True)
class Filter:
    """What a moderator wants to see; an empty part lets everything through."""

    area_id: int | None = None
    kind: str = ""
    language: str = ""
    age: str = ""  # a key of AGES
    with_photo: bool = False  # only what carries a photo

    def __bool__(self) -> bool:
        return self != Filter()


@dataclass
class Counts:
    """How many wait for each choice of a filter, while the other filters stay as they are."""

    all: int = 0  # with every filter
    by_area: dict[int, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)
    by_language: dict[str, int] = field(default_factory=dict)
    by_age: dict[str, int] = field(default_factory=dict)
    with_photo: int = 0


def waiting(session: Session, by: Person, at: datetime, chosen: Filter = Filter()) -> list[Entry]:
    """What by could read, urgent things first, then oldest first, at most MOST_ROWS."""
    giver = aliased(Person)
    query = (
        select(
            Waiting.id, Waiting.area_id, Waiting.kind, Waiting.noun_id, Waiting.asked_at, Waiting.version,
            Waiting.is_urgent, Waiting.flags, Person.id, func.coalesce(Person.name, ""), Waiting.handed_to,
            func.coalesce(giver.name, ""),
        )
        .outerjoin(Person, (Person.id == Waiting.claimed_by) & (Waiting.claimed_until > at))
        .outerjoin(giver, giver.id == Waiting.handed_by)
        .where(*_for(by), *_chosen(chosen, at))
        .order_by(Waiting.is_urgent.desc(), Waiting.asked_at, Waiting.id)
        .limit(MOST_ROWS)
    )  # fmt: skip
    return [Entry(*tuple(row)) for row in session.execute(query)]


def count_for(session: Session, by: Person) -> int:
    """How much waits for by; 0 for whoever moderates nowhere."""
    if areas_of(by) == set():
        return 0
    return session.scalar(select(func.count()).select_from(Waiting).where(*_for(by))) or 0


def counts(session: Session, by: Person, at: datetime, chosen: Filter = Filter()) -> Counts:
    """How many wait, for each choice of each filter. One statement."""
    age = case((Waiting.asked_at <= at - LATE, "48"), (Waiting.asked_at <= at - SOON, "24"), else_="")
    columns = (Waiting.area_id, Waiting.kind, Waiting.language, age.label("age"), _with_photo().label("with_photo"))
    each = select(*columns).where(*_for(by)).subquery()
    found = Counts()
    for *its, number in session.execute(select(*each.c, func.count()).group_by(*each.c)):
        _count(found, Filter(*its), chosen, number)
    return found


def waiting_by_area(session: Session) -> dict[int, tuple[int, datetime]]:
    """{area id: (how many wait, since when the oldest does)}; areas where nothing waits are left out."""
    columns = (Waiting.area_id, func.count(), func.min(Waiting.asked_at))
    rows = session.execute(select(*columns).where(*open_in(None)).group_by(Waiting.area_id))
    return {area_id: (number, oldest) for area_id, number, oldest in rows}


def undoable(session: Session, by: Person) -> list[Waiting]:
    """The last decision of by's of which nobody has been told yet: one thing, or all that were decided at once."""
    untold = (Waiting.decided_by == by.id, Waiting.told_at.is_(None), Waiting.decision.is_not(None))
    last = select(func.max(Waiting.decided_at)).where(*untold).scalar_subquery()
    return list(session.scalars(select(Waiting).where(*untold, Waiting.decided_at == last).order_by(Waiting.id)))


def decided_lately(session: Session, area_ids: Collection[int] | None, most: int = 20) -> list[Waiting]:
    """What was decided in these areas, latest first."""
    query = select(Waiting).where(*_decided(), *within(area_ids)).order_by(Waiting.decided_at.desc())
    return list(session.scalars(query.limit(most)))


def earlier_rounds(session: Session, item: Waiting) -> list[tuple[Waiting, str]]:
    """What was decided about the same thing before, latest first, each with the name of who decided it."""
    own = (Waiting.kind == item.kind, Waiting.noun_id == item.noun_id, Waiting.round < item.round)
    query = select(Waiting, func.coalesce(Person.name, "")).outerjoin(Person, Person.id == Waiting.decided_by)
    rows = session.execute(query.where(*own, *_decided()).order_by(Waiting.round.desc()))
    return [(row[0], row[1]) for row in rows]


def areas_of(by: Person) -> set[int] | None:
    """Where by moderates; None: everywhere."""
    return people.areas_of(by, Role.MODERATOR, Role.COORDINATOR)


# --- private parts ---


def _for(by: Person) -> list[ColumnElement[bool]]:
    """What waits in by's areas and may be decided by them; only one's own is not known here."""
    where = [*open_in(areas_of(by)), or_(Waiting.not_by.is_(None), Waiting.not_by != by.id)]
    return where if by.has_role(Role.CORE, None) else [*where, Waiting.needs_core.is_(False)]


def _chosen(chosen: Filter, at: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if chosen.area_id is not None:
        where.append(Waiting.area_id == chosen.area_id)
    if chosen.kind:
        where.append(Waiting.kind == chosen.kind)
    if chosen.language:
        where.append(Waiting.language == chosen.language)
    if chosen.age in AGES:
        where.append(Waiting.asked_at <= at - AGES[chosen.age])
    if chosen.with_photo:
        where.append(_with_photo())
    return where


def _with_photo() -> ColumnElement[bool]:
    """Whether it carries a photo; each kind says so of its own things."""
    asked = [(name, kind.has_photo) for name, kind in kinds.items() if kind.has_photo]
    return or_(false(), *[and_(Waiting.kind == name, has_photo(Waiting.noun_id)) for name, has_photo in asked])


def _fits(its: Filter, chosen: Filter) -> bool:
    return (
        chosen.area_id in (None, its.area_id)
        and chosen.kind in ("", its.kind)
        and chosen.language in ("", its.language)
        and (chosen.age not in AGES or its.age >= chosen.age)
        and (its.with_photo or not chosen.with_photo)
    )


def _count(found: Counts, its: Filter, chosen: Filter, number: int) -> None:
    """Adds things that are all alike to each choice that would show them."""
    if _fits(its, chosen):
        found.all += number
    if _fits(its, replace(chosen, area_id=None)) and its.area_id is not None:
        found.by_area[its.area_id] = found.by_area.get(its.area_id, 0) + number
    if _fits(its, replace(chosen, kind="")):
        found.by_kind[its.kind] = found.by_kind.get(its.kind, 0) + number
    if _fits(its, replace(chosen, language="")):
        found.by_language[its.language] = found.by_language.get(its.language, 0) + number
    for age in AGES:
        if _fits(its, replace(chosen, age=age)):
            found.by_age[age] = found.by_age.get(age, 0) + number
    if _fits(its, replace(chosen, with_photo=True)):
        found.with_photo += number


def _decided() -> tuple[ColumnElement[bool], ...]:
    return Waiting.decision.is_not(None), Waiting.decision != WITHDRAWN
