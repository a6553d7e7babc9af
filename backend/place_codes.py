"""The code at the meeting place: six digits on the coordinator's screen, others each minute, which make a neighbour.

It works only while a coordinator shows it, so that nobody can guess at night. Nothing of it is kept: the digits come
out of a key, the area and the minute. Guesses are counted by whoever asks for `redeem`: see attempts.py.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, people, typed
from .areas import Area
from .database import Base, insert
from .errors import NotAllowed, Refusal
from .keys import keyed_mark
from .people import Level, Person
from .wording import say

DIGITS = 6
STEP = timedelta(minutes=1)  # how long a code stands on the screen
STILL_HEARD = 2  # codes before the one on the screen, for whoever types slowly
LONGEST = timedelta(hours=4)  # a screen that is forgotten ends by itself


class PlaceScreen(Base):
    """Where a code is shown: one row for each area that ever did."""

    __tablename__ = "place_screens"

    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id", ondelete="CASCADE"), primary_key=True)
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]  # in the past: nothing is shown now
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


def may_show(person: Person | None, area_id: int) -> bool:
    return people.may_coordinate(person, area_id)


def show(session: Session, area: Area, *, by: Person, at: datetime) -> None:
    """From now on the code of the area works, for LONGEST at most. Raises NotAllowed."""
    _set(session, area, at + LONGEST, by=by, at=at)
    audit.note(session, "place_code.shown", at=at, by=by, area_id=area.id)


def hide(session: Session, area: Area, *, by: Person, at: datetime) -> None:
    """The meeting is over, and the code works no more. Raises NotAllowed."""
    _set(session, area, at, by=by, at=at)
    audit.note(session, "place_code.hidden", at=at, by=by, area_id=area.id)


def shown_until(session: Session, area_id: int, *, at: datetime) -> datetime | None:
    """Until when the screen shows a code; None while it does not."""
    query = select(PlaceScreen.ends_at).where(PlaceScreen.area_id == area_id, PlaceScreen.ends_at > at)
    return session.scalar(query)


def open_areas(session: Session, *, at: datetime) -> list[Area]:
    """The areas whose code is shown now."""
    query = select(Area).join(PlaceScreen, PlaceScreen.area_id == Area.id).where(PlaceScreen.ends_at > at)
    return list(session.scalars(query.order_by(Area.position, Area.name)))


def code(key: bytes, area_id: int, *, at: datetime) -> str:
    """The six digits of this minute."""
    minute = int(at.astimezone(UTC).timestamp() // STEP.total_seconds())
    return f"{int(keyed_mark(key, f'{area_id} {minute}')[:16], 16) % 10**DIGITS:0{DIGITS}}"


def seconds_left(at: datetime) -> int:
    """Until the next code stands there (1 to 60)."""
    step = int(STEP.total_seconds())
    return step - int(at.timestamp()) % step


def read(typed_code: str | None) -> str:
    """The digits that somebody typed. Raises Refusal."""
    return typed.digits(typed_code, field="code", count=DIGITS)


def redeem(session: Session, key: bytes, digits: str, area: Area, person: Person, *, at: datetime) -> None:
    """Makes person a neighbour; who is more than a guest stays what they are. Raises Refusal, in the same words
    for a wrong code and for an area that shows none."""
    right = [code(key, area.id, at=at - STEP * ago) for ago in range(STILL_HEARD + 1)]
    fits = [hmac.compare_digest(digits, one) for one in right]
    if not any(fits) or shown_until(session, area.id, at=at) is None:
        raise Refusal(say("This code does not work. Look at the screen and write the newest one."), field="code")
    if person.level < Level.RESIDENT:
        person.area_id = area.id
    people.raise_to(session, person, Level.NEIGHBOUR)
    session.flush()


def _set(session: Session, area: Area, ends_at: datetime, *, by: Person, at: datetime) -> None:
    if not may_show(by, area.id):
        raise NotAllowed(say("You do not coordinate this area."))
    values = {"opened_at": at, "ends_at": ends_at, "opened_by": by.id}
    new = insert(session, PlaceScreen).values(area_id=area.id, **values)
    session.execute(new.on_conflict_do_update(index_elements=["area_id"], set_=values))
