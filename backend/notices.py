"""Notices: what happened and whom it concerns, one row each, written in the transaction of what happened.

Announcing costs the same for ten receivers and for a million: workers make the deliveries of it later. This hub knows
no feature: each registers with `said` how its kinds read in a language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .keys import mark

AUDIENCES = ("area", "case", "idea", "person", "device")  # followers of the first three, one somebody, one phone


@dataclass(frozen=True)
class Kind:
    """How a kind of notice travels."""

    urgency: str = "normal"  # RFC 8030, section 5.3: whether it may wake a phone that saves its battery
    longest: timedelta = timedelta(days=3)  # how long a push service keeps it for a phone that is off
    waits: bool = True  # for the morning, where it would come in quiet hours
    goes_by_mail: bool = True  # too, to whoever gave an address and wants that

@dataclass(frozen=True)
class Message:
    """What a phone shows, complete in itself, in one language."""

    title: str
    body: str
    path: str  # where a tap leads, from the root


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_open", "spread_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))  # "meeting_announced", "idea_decided" ...
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    noun_id: Mapped[int]  # the meeting, idea ... of that kind
    audience: Mapped[str] = mapped_column(String(20))  # one of AUDIENCES: who hears it
    audience_id: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    goes_out_at: Mapped[datetime]  # not before; put off by the worker in quiet hours
    ends_at: Mapped[datetime]  # of no use after this: a meeting has begun
    spread_to: Mapped[int] = mapped_column(default=0)  # the last device for which a delivery was made
    mailed_to: Mapped[int] = mapped_column(default=0)  # the last e-mail address for which a letter was written
    spread_at: Mapped[datetime | None]  # when all deliveries and letters had been made; empty: work is left

    @property
    def tag(self) -> str:
        """What makes a later notice on the same thing take the place of this one on the phone."""
        return f"{self.kind}-{self.noun_id}"

    @property
    def topic(self) -> str:
        """The same for push services, in the 32 signs that RFC 8030 (section 5.4) allows."""
        return mark(self.tag)[:32]


Said = Callable[[Session, Notice, str], Message]
KINDS: dict[str, Kind] = {}
_said: dict[str, Said] = {}


def said(kind: str, travels: Kind | None = None) -> Callable[[Said], Said]:
    """Registers how a kind reads, by a function of (session, notice, language) that returns a Message, and travels."""

    def register(function: Said) -> Said:
        _said[kind] = function
        KINDS[kind] = travels or Kind()
        return function

    return register


def tell(
    session: Session, *, kind: str, area_id: int, noun_id: int, audience: str, audience_id: int, at: datetime,
    ends_at: datetime, values: dict[str, Any] | None = None,
) -> Notice:  # fmt: skip
    """Writes down what happened and who shall hear it, in the caller's transaction. One row, however many hear it.

    values are what the message needs beyond its noun, fit for JSON. Workers look only after the commit.
    """
    if audience not in AUDIENCES:
        raise ValueError(f"nobody is called {audience!r}")
    notice = Notice(
        kind=kind, area_id=area_id, noun_id=noun_id, audience=audience, audience_id=audience_id, values=values or {},
        created_at=at, goes_out_at=at, ends_at=ends_at,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    return notice


def message(session: Session, notice: Notice, language: str) -> Message:
    """The notice in a language. Raises what its feature raises, such as NotFound when the thing is gone."""
    return _said[notice.kind](session, notice, language)


def kind_of(notice: Notice) -> Kind:
    return KINDS[notice.kind]


def next_open(session: Session, *, at: datetime) -> Notice | None:
    """The oldest notice whose deliveries are not all made; on PostgreSQL kept from other workers meanwhile."""
    query = (
        select(Notice)
        .where(Notice.spread_at.is_(None), Notice.goes_out_at <= at)
        .order_by(Notice.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalar(query.execution_options(populate_existing=True))


def latest(session: Session, kind: str, noun_id: int) -> Notice | None:
    """The last notice of this kind on a thing; None where nothing was told."""
    query = select(Notice).where(Notice.kind == kind, Notice.noun_id == noun_id)
    return session.scalar(query.order_by(Notice.id.desc()).limit(1))


def wakes_at(notice: Notice, zone: ZoneInfo, *, at: datetime, quiet: tuple[int, int]) -> datetime:
    """When the notice may go out: at once, or in the morning when it is quiet (from hour, until hour) in zone.

    It goes at once where it would come too late in the morning, since nothing is dropped.
    """
    here = at.astimezone(zone)
    if not kind_of(notice).waits or not _is_quiet(here.hour, *quiet):
        return at
    day = here.date() + timedelta(days=1 if here.hour >= quiet[1] else 0)
    morning = datetime.combine(day, time(quiet[1]), zone).astimezone(at.tzinfo)
    return at if morning >= notice.ends_at else morning


def _is_quiet(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end
