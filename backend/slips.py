"""Slips: sixteen digits on paper, handed over at the meeting place, that make somebody a resident who may vote.

Four digits find the slip, eleven are the secret, the last one checks for typing errors (Luhn). Only an HMAC is kept.
Guesses are counted by whoever asks for `redeem`: see attempts.py.
"""

from __future__ import annotations

import hmac
import random
import re
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, people
from .areas import Area
from .database import Base
from .errors import Conflict, Refusal
from .keys import keyed_mark, mark
from .people import Level, Person
from .wording import say

DAYS = 30  # how long a slip works
AS_LONG = timedelta(days=DAYS)
DIGITS = 16
SELECTOR = 4  # digits that find the slip
MOST_IN_BATCH = 5000
FRESH = {"populate_existing": True}
LEAST_WORD = 32  # characters of the word by which a phone may ask again
AGAIN_WITHIN = timedelta(minutes=10)
LONGEST_TYPED = 60  # characters, spaces and hyphens included


class SlipBatch(Base):
    __tablename__ = "slip_batches"

    id: Mapped[int] = mapped_column(primary_key=True)  # its number, printed on each slip
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # empty: by a command
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # of its form; empty: by a command


class Slip(Base):
    __tablename__ = "slips"
    __table_args__ = (Index("ix_slips_selector", "selector"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("slip_batches.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # In its batch, from 1, printed on it; 0: made before this was kept.
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    selector: Mapped[str] = mapped_column(String(4))
    secret_mark: Mapped[str] = mapped_column(String(64))  # HMAC of all sixteen digits
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("slips.id"))  # the first of its row; empty: itself
    void_at: Mapped[datetime | None]  # lost, or its batch was
    # SHA-256 of the word that came with the digits, so that a phone whose answer was lost may ask again; empty: none.
    again_mark: Mapped[str] = mapped_column(String(64), default="", server_default="")


def make_batch(
    session: Session, key: bytes, area: Area, count: int, *, at: datetime, by: Person | None = None,
    chance: random.Random | None = None, client_uuid: str | None = None,
) -> tuple[SlipBatch, list[str]]:  # fmt: skip
    """A numbered batch, and its numbers in groups of four: only this once, for they are not kept.

    Raises Refusal, and Conflict when the form with this uuid has made its batch already.
    """
    if not 1 <= count <= MOST_IN_BATCH:
        raise Refusal(say("A batch has 1 to %(most)s slips.", most=MOST_IN_BATCH), field="count")
    if client_uuid and session.scalar(select(SlipBatch.id).where(SlipBatch.client_uuid == client_uuid)):
        raise Conflict(say("These slips were made already. Their numbers are not kept. Void them and make new ones."))
    batch = SlipBatch(area_id=area.id, made_at=at, made_by=by.id if by else None, client_uuid=client_uuid)
    session.add(batch)
    session.flush()
    numbers = [_new_number(chance or random.SystemRandom()) for _ in range(count)]
    session.add_all(_slip(batch, key, number, at, place) for place, number in enumerate(numbers, start=1))
    audit.note(session, "slips.made", at=at, by=by, area_id=area.id, noun_id=batch.id, count=count)
    return batch, [in_groups(number) for number in numbers]


def reissue(
    session: Session, key: bytes, slip: Slip, *, at: datetime, by: Person, chance: random.Random | None = None
) -> str:
    """A new number for a slip that was lost; the old one is void, and both together give one vote. Raises Refusal."""
    first = slip.replaces_id or slip.id
    chain = session.scalars(
        select(Slip).where(_same(first)).order_by(Slip.id).with_for_update(), execution_options=FRESH
    ).all()
    if any(one.used_at is not None for one in chain):
        raise Refusal(say("This slip was used. A new one would give a second vote."))
    session.execute(update(Slip).where(_same(first), Slip.void_at.is_(None)).values(void_at=at))
    number = _new_number(chance or random.SystemRandom())
    new = _slip(session.get_one(SlipBatch, slip.batch_id), key, number, at, slip.position)
    new.replaces_id = first
    session.add(new)
    audit.note(session, "slip.reissued", at=at, by=by, area_id=slip.area_id, noun_id=slip.id)
    return in_groups(number)


def voted_on_paper(session: Session, slip: Slip, *, at: datetime, by: Person) -> None:
    """Its holder voted on paper: the slip, and whatever stands for it, gives no vote any more. Raises Refusal."""
    first = slip.replaces_id or slip.id
    unused = update(Slip).where(Slip.id == slip.id, Slip.used_at.is_(None)).values(used_at=at, void_at=at)
    is_mine = session.scalar(unused.returning(Slip.id).execution_options(synchronize_session=False)) is not None
    session.refresh(slip)
    if not is_mine:
        raise Refusal(say("This slip was used. Its holder may vote on the phone."))
    session.execute(update(Slip).where(_same(first), Slip.void_at.is_(None)).values(void_at=at))
    audit.note(session, "slip.voted_on_paper", at=at, by=by, area_id=slip.area_id, noun_id=slip.id)


def void_open(session: Session, *, at: datetime) -> int:
    """Voids every slip that could still be used; how many. What is out in paper has to be handed out anew."""
    still_open = Slip.used_at.is_(None), Slip.void_at.is_(None), Slip.ends_at > at
    change = update(Slip).where(*still_open).values(void_at=at).returning(Slip.id)
    count = len(session.scalars(change, execution_options={"synchronize_session": False}).all())
    audit.note(session, "slips.voided", at=at, by=None, count=count)
    return count


def read(typed: str | None) -> str:
    """The sixteen digits that somebody typed, in Latin digits. Raises Refusal that tells a typing error as such."""
    close = re.sub(r"[\s\-\u2010-\u2013]", "", (typed or "")[: LONGEST_TYPED + 1])
    if not close:
        raise Refusal(say("Write the digits that stand on your slip."), field="digits")
    if not close.isdecimal() or len(close) != DIGITS:
        raise Refusal(say("A slip has 16 digits. Count them and write them again."), field="digits")
    digits = "".join(str(int(digit)) for digit in close)
    if _check_digit(digits[:-1]) != digits[-1]:
        raise Refusal(say("One digit is not right. Compare them with your slip."), field="digits")
    return digits


def redeem(session: Session, key: bytes, digits: str, person: Person, *, at: datetime, again: str = "") -> Slip:
    """Makes person a resident of the slip's area; `digits` come from `read`. Sending the same again changes nothing.

    again is a word that only this page of this phone knows; `redeemed_here` takes it when the answer was lost.

    Raises Refusal, in the same words for a number that never was and for a slip that is used, void or too old, since
    telling them apart would help whoever guesses.
    """
    slip = with_digits(session, key, digits)
    if slip is None or _is_spent(session, slip, person):
        raise _does_not_work()
    if slip.used_by == person.id:
        return slip
    if person.level >= Level.RESIDENT and person.area_id == slip.area_id:
        raise Conflict(say("You may vote here already. Keep the slip for its owner."), field="digits")
    if not _use(session, slip, person, at, mark(again) if len(again) >= LEAST_WORD else ""):
        raise _does_not_work()
    person.area_id = slip.area_id
    people.raise_to(session, person, Level.RESIDENT)
    session.flush()
    return slip


def redeemed_here(session: Session, key: bytes, digits: str, again: str, *, at: datetime) -> Slip | None:
    """The slip, if it was redeemed a moment ago with this very word, so that only its answer was lost; else None."""
    slip = with_digits(session, key, digits)
    if slip is None or slip.used_at is None or slip.used_by is None or not slip.again_mark or len(again) < LEAST_WORD:
        return None
    if at - slip.used_at > AGAIN_WITHIN or not hmac.compare_digest(slip.again_mark, mark(again)):
        return None
    return slip


def forget_again(session: Session, person: Person) -> None:
    """Whoever signs out leaves no page behind that would let the next one in."""
    session.execute(update(Slip).where(Slip.used_by == person.id, Slip.again_mark != "").values(again_mark=""))


def with_digits(session: Session, key: bytes, digits: str) -> Slip | None:
    """The slip of these digits, whatever has become of it."""
    marked = (Slip.selector == digits[:SELECTOR], Slip.secret_mark == keyed_mark(key, digits))
    return session.scalar(select(Slip).where(*marked).execution_options(populate_existing=True))


def in_groups(digits: str) -> str:
    """ "4716 0382 9915 2046": as it is printed and read aloud."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _use(session: Session, slip: Slip, person: Person, at: datetime, again_mark: str) -> bool:
    """Uses the slip up where it still can be; of many at once, one gets it."""
    still_good = (Slip.used_at.is_(None), Slip.void_at.is_(None), Slip.ends_at > at)
    used = update(Slip).where(Slip.id == slip.id, *still_good)
    used = used.values(used_at=at, used_by=person.id, again_mark=again_mark)
    is_mine = session.scalar(used.returning(Slip.id).execution_options(synchronize_session=False)) is not None
    session.refresh(slip)
    return is_mine


def _is_spent(session: Session, slip: Slip, person: Person) -> bool:
    """Whether somebody else used it, or one of those it stands for."""
    same = _same(slip.replaces_id or slip.id)
    somebody_else = or_(Slip.used_by != person.id, Slip.used_by.is_(None))
    return session.scalar(select(Slip.id).where(same, Slip.used_at.is_not(None), somebody_else).limit(1)) is not None


def _same(first: int) -> ColumnElement[bool]:
    """The slips that give one vote together: the first of a row, and all that took its place."""
    return or_(Slip.id == first, Slip.replaces_id == first)


def _slip(batch: SlipBatch, key: bytes, number: str, at: datetime, position: int) -> Slip:
    return Slip(
        batch_id=batch.id, area_id=batch.area_id, position=position, selector=number[:SELECTOR],
        secret_mark=keyed_mark(key, number), ends_at=at + AS_LONG,
    )  # fmt: skip


def _new_number(chance: random.Random) -> str:
    digits = "".join(chance.choice("0123456789") for _ in range(DIGITS - 1))
    return digits + _check_digit(digits)


def _check_digit(digits: str) -> str:
    """Luhn's (ISO/IEC 7812-1): every second digit from the right counts double, its own two digits added."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def _does_not_work() -> Refusal:
    return Refusal(say("This slip does not work. Ask for a new one at the meeting place."), field="digits")
