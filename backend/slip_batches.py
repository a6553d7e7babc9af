"""What coordinators see of slips: the batches of their area, what has become of each, and the lost ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from . import audit, people, slips
from .areas import Area
from .errors import NotAllowed, NotFound, Refusal
from .people import Person
from .slips import Slip, SlipBatch
from .wording import say

MOST_ON_SHEETS = 200  # slips that one page prints


@dataclass(frozen=True)
class Counted:
    """A batch, and how many of its slips are in each state."""

    number: int
    made_at: datetime
    ends_at: datetime  # of the last one that may still be used
    used: int
    still_open: int
    void: int
    too_old: int

    @property
    def count(self) -> int:
        return self.used + self.still_open + self.void + self.too_old


def may_make(person: Person | None, area_id: int) -> bool:
    return people.may_coordinate(person, area_id)


def make(
    session: Session, key: bytes, area: Area, count: int, *, by: Person, at: datetime, client_uuid: str | None = None
) -> tuple[SlipBatch, list[str]]:
    """A batch for printing; its numbers are given this once. Raises NotAllowed, Refusal and Conflict."""
    _make_sure_may(by, area.id)
    if not 1 <= count <= MOST_ON_SHEETS:
        raise Refusal(say("Print 1 to %(most)s slips at once.", most=MOST_ON_SHEETS), field="count")
    return slips.make_batch(session, key, area, count, at=at, by=by, client_uuid=client_uuid)


def void(session: Session, batch: SlipBatch, *, by: Person, at: datetime) -> int:
    """Ends all slips of a batch that nobody has used; returns how many. Raises NotAllowed."""
    _make_sure_may(by, batch.area_id)
    still_open = update(Slip).where(Slip.batch_id == batch.id, Slip.used_at.is_(None), Slip.void_at.is_(None))
    ended = session.scalars(
        still_open.values(void_at=at).returning(Slip.id).execution_options(synchronize_session=False)
    ).all()
    audit.note(session, "slips.voided", at=at, by=by, area_id=batch.area_id, noun_id=batch.id, count=len(ended))
    return len(ended)


def replace_lost(session: Session, key: bytes, slip: Slip, *, by: Person, at: datetime) -> str:
    """A new number in place of a lost slip. Raises NotAllowed and Refusal."""
    _make_sure_may(by, slip.area_id)
    return slips.reissue(session, key, slip, at=at, by=by)


def of_area(session: Session, area_id: int, *, at: datetime) -> list[Counted]:
    """Newest first. One statement."""
    used, is_void = Slip.used_at.is_not(None), Slip.void_at.is_not(None)
    state = {
        "used": used,
        "void": ~used & is_void,
        "still_open": ~used & ~is_void & (Slip.ends_at > at),
        "too_old": ~used & ~is_void & (Slip.ends_at <= at),
    }
    counts = [func.coalesce(func.sum(case((which, 1), else_=0)), 0).label(name) for name, which in state.items()]
    query = (
        select(SlipBatch.id.label("number"), SlipBatch.made_at, func.max(Slip.ends_at).label("ends_at"), *counts)
        .join(Slip, Slip.batch_id == SlipBatch.id)
        .where(SlipBatch.area_id == area_id)
        .group_by(SlipBatch.id, SlipBatch.made_at)
        .order_by(SlipBatch.id.desc())
    )
    return [Counted(**row._mapping) for row in session.execute(query)]


def by_number(session: Session, number: int, *, area_id: int) -> SlipBatch:
    """A batch of this area. Raises NotFound."""
    query = select(SlipBatch).where(SlipBatch.id == number, SlipBatch.area_id == area_id)
    found = session.scalar(query) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(say("There is no such batch in this area."))
    return found


def find_slip(session: Session, key: bytes, typed: Mapping[str, str], *, area_id: int) -> Slip:
    """The slip that was lost, by "digits", or by "number" as it is printed ("12-7"). Raises Refusal."""
    if typed.get("digits"):
        found = slips.with_digits(session, key, slips.read(typed["digits"]))
        field = "digits"
    else:
        found, field = _at_place(session, typed.get("number", ""), area_id), "number"
    if found is None or found.area_id != area_id:
        raise Refusal(say("There is no such slip in this area."), field=field)
    return found


def _at_place(session: Session, written: str, area_id: int) -> Slip | None:
    """The latest slip at "12-7": batch 12, the seventh of it. Raises Refusal."""
    parts = written.replace("\u2013", "-").split("-")
    numbers = [part.strip() for part in parts]
    if len(numbers) != 2 or not all(one.isdecimal() and len(one) < 10 and int(one) for one in numbers):
        raise Refusal(say("Write the number as it is printed, such as 12-7."), field="number")
    at_place = (Slip.batch_id == int(numbers[0]), Slip.position == int(numbers[1]), Slip.area_id == area_id)
    return session.scalar(select(Slip).where(*at_place).order_by(Slip.id.desc()).limit(1))


def _make_sure_may(person: Person, area_id: int) -> None:
    if not may_make(person, area_id):
        raise NotAllowed(say("You do not coordinate this area."))
