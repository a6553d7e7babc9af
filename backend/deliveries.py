"""Deliveries: one notice on its way to one phone. Rows are the truth; workers make, claim and settle them.

Making them can stop anywhere and goes on there, since a notice and a device meet at most once. Whoever claims one
holds it for a lease; when nothing is heard by then, another may take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import mail_addresses
from .database import Base, insert
from .follows import Follow
from .mail_addresses import MailAddress
from .notices import Notice
from .people import Person
from .push import Device

MOST_TRIES = 12
FIRST_PAUSE = timedelta(seconds=30)  # after the first try; doubles with each
LONGEST_PAUSE = timedelta(hours=1)  # of our own; a push service may ask for up to a day
LONGEST_ASKED = timedelta(days=1)


class Delivery(Base):
    """One notice for one phone."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("uq_deliveries_notice_device", "notice_id", "device_id", unique=True),
        Index("ix_deliveries_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting, sent, gone, failed, too_late
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]  # not before; while a worker holds it, the end of its lease
    answer: Mapped[int | None]  # the push service's last status
    settled_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Claimed:
    """A delivery that a worker holds, with all it needs to send it; tries says which claim this is."""

    id: int
    tries: int
    notice: Notice
    device: Device | None  # None: gone since


@dataclass(frozen=True)
class Outcome:
    """What came of a try. "waiting" means again later, "asleep" the same without counting the try."""

    state: str  # as Delivery.state, or "asleep"
    answer: int | None = None  # the status, where there was one
    wait: timedelta | None = None  # what was asked of us; None: we choose


@dataclass(frozen=True)
class Reach:
    """How many people a notice reaches, each counted once."""

    phone: int  # with at least one phone
    unreached: int  # follow, but told no phone of theirs, nor gave an address
    mail: int = 0  # without a phone, with an address that works and wants notices

    @property
    def people(self) -> int:
        return self.told + self.unreached

    @property
    def told(self) -> int:
        return self.phone + self.mail


@dataclass(frozen=True)
class Report:
    """What became of a notice, counted in phones: total is the sum of the five others."""

    total: int
    waiting: int
    sent: int
    gone: int
    failed: int
    too_late: int
    is_spread: bool  # whether all deliveries have been made


def reach(session: Session, audience: str, audience_id: int, *, by_mail: bool = True) -> Reach:
    """Whom a notice to this audience would reach now; by_mail: whether mail is sent at all. Three statements."""
    heard = receivers(audience, audience_id)
    everybody = session.scalar(select(func.count()).select_from(heard.subquery())) or 0
    has_phone = select(Device.person_id).where(_is_for(audience, audience_id))
    phone = session.scalar(select(func.count()).select_from(has_phone.distinct().subquery())) or 0
    mail = 0
    if by_mail and audience != "device":
        mine = MailAddress.person_id.in_(heard), MailAddress.person_id.not_in(has_phone)
        query = select(func.count()).select_from(MailAddress).where(*mine, *mail_addresses.wants("notices"))
        mail = session.scalar(query) or 0
    return Reach(phone, everybody - phone - mail, mail)


def receivers(audience: str, audience_id: int) -> Select[int]:
    """The people who hear it, by id, each once."""
    if audience == "person":
        return select(Person.id).where(Person.id == audience_id)
    if audience == "device":
        return select(Device.person_id).where(Device.id == audience_id)
    return select(Follow.person_id).where(Follow.kind == audience, Follow.noun_id == audience_id)


def spread(session: Session, notice: Notice, limit: int, *, at: datetime) -> int:
    """Makes the next deliveries of a notice, at most limit; how many it made. Says on the notice when all are made."""
    but_not = notice.values.get("not", ())  # people who caused it, or hear of it by a notice of their own
    heard = _is_for(notice.audience, notice.audience_id) & Device.person_id.not_in(but_not)
    query = select(Device.id).where(heard, Device.id > notice.spread_to)
    found = session.scalars(query.order_by(Device.id).limit(limit)).all()
    if found:
        new = insert(session, Delivery).on_conflict_do_nothing(index_elements=["notice_id", "device_id"])
        made = {"notice_id": notice.id, "state": "waiting", "tries": 0, "due_at": at}
        session.execute(new, [{**made, "device_id": device_id} for device_id in found])
        notice.spread_to = found[-1]
    if len(found) < limit:
        notice.spread_at = at
    session.flush()
    return len(found)


def claim(session: Session, *, at: datetime, limit: int, lease_seconds: float) -> list[Claimed]:
    """Takes what is due, oldest first, so that no other worker takes it before the lease ends."""
    due = (
        select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.due_at <= at)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    held = (
        update(Delivery)
        .where(Delivery.id.in_(select(due.c.id)))
        .values(due_at=at + timedelta(seconds=lease_seconds), tries=Delivery.tries + 1)
        .returning(Delivery.id)
    )
    mine = session.scalars(held, execution_options={"synchronize_session": False}).all()
    return _with_all_they_need(session, mine)


def settle(session: Session, claimed: Claimed, outcome: Outcome, *, at: datetime) -> None:
    """Writes down what came of a try. A worker that comes back after its lease can't undo what another did."""
    mine = update(Delivery).where(Delivery.id == claimed.id, Delivery.state == "waiting")
    if outcome.state == "asleep" or (outcome.state == "waiting" and claimed.tries < MOST_TRIES):
        again = at + (min(outcome.wait, LONGEST_ASKED) if outcome.wait is not None else _pause(claimed.tries))
        tries = claimed.tries - 1 if outcome.state == "asleep" else claimed.tries
        mine = mine.where(Delivery.tries == claimed.tries).values(due_at=again, tries=tries, answer=outcome.answer)
    else:
        state = "failed" if outcome.state == "waiting" else outcome.state
        mine = mine.values(state=state, answer=outcome.answer, settled_at=at)
    session.execute(mine, execution_options={"synchronize_session": False})
    if outcome.state == "gone" and claimed.device is not None:
        # The endpoint is compared, since the row may have got a new one while we were sending to the old.
        gone = delete(Device).where(Device.id == claimed.device.id, Device.endpoint == claimed.device.endpoint)
        session.execute(gone, execution_options={"synchronize_session": False})


def report(session: Session, notice: Notice) -> Report:
    """Counts what became of a notice. One statement."""
    query = select(Delivery.state, func.count()).where(Delivery.notice_id == notice.id).group_by(Delivery.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    states = {state: found.get(state, 0) for state in ("waiting", "sent", "gone", "failed", "too_late")}
    return Report(total=sum(states.values()), **states, is_spread=notice.spread_at is not None)


def is_due(session: Session, *, at: datetime) -> bool:
    query = select(Delivery.id).where(Delivery.state == "waiting", Delivery.due_at <= at).limit(1)
    return session.scalar(query) is not None


def oldest_due(session: Session, *, at: datetime) -> datetime | None:
    """Since when the longest waiting delivery has been due; None where nothing is late."""
    query = select(func.min(Delivery.due_at)).where(Delivery.state == "waiting", Delivery.due_at <= at)
    return session.scalar(query)


def _with_all_they_need(session: Session, ids: Sequence[int]) -> list[Claimed]:
    query = (
        select(Delivery.id, Delivery.tries, Notice, Device)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Device, Device.id == Delivery.device_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.id)
    )
    return [Claimed(*row) for row in session.execute(query)] if ids else []


def _is_for(audience: str, audience_id: int) -> ColumnElement[bool]:
    """Whether a device shall get it."""
    if audience == "device":
        return Device.id == audience_id
    return Device.person_id.in_(receivers(audience, audience_id))


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << tries - 1), LONGEST_PAUSE)
