"""Signing in without a password: one-time addresses, and the sign-ins that follow, one row for each browser.

A sign-in is a row, so that signing out ends it for whoever holds a copy of its cookie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from .database import Base
from .errors import Refusal
from .keys import mark, token
from .people import Person
from .wording import Wording, say

ADDRESS_HOURS = 72  # how long a one-time address works
IDLE_DAYS = 90  # residents; a sign-in that nobody used for so long is over
STAFF_IDLE_HOURS = 8
SHARED_HOURS = 12  # on a phone that several people use
SEEN_EVERY = timedelta(minutes=10)  # last_seen_at need not be truer than this


Ended = Callable[[Session, list[int]], None]
_WHEN_ENDED: list[Ended] = []


def when_ended(act: Ended) -> Ended:
    """Registers what else goes when somebody ends sign-ins, by their numbers. What ends by itself tells nobody."""
    _WHEN_ENDED.append(act)
    return act


class How(StrEnum):
    """By what somebody showed who they are."""

    GUEST = "guest"  # they did not: a cookie that came with what they wrote
    ADDRESS = "address"  # a one-time address that an operator handed over
    MAIL = "mail"  # a code sent to their e-mail address
    PLACE = "place"  # the code that stood on the screen at the meeting place
    SLIP = "slip"
    PASSKEY = "passkey"
    APP = "app"  # a code by mail, and the six digits of an authenticator app
    E_ID = "e_id"


HOWS: Mapping[str, Wording] = {
    How.GUEST: say("As a guest, without signing in"),
    How.ADDRESS: say("With an address that was handed over"),
    How.MAIL: say("With a code by e-mail"),
    How.PLACE: say("With the code at the meeting place"),
    How.SLIP: say("With a slip"),
    How.PASSKEY: say("With a passkey"),
    How.APP: say("With a code by e-mail and an app"),
    How.E_ID: say("With an e-ID"),
}
STRONG = (How.PASSKEY, How.APP, How.E_ID)  # what acts of staff need


class SignIn(Base):
    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_mark: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)  # "this is a shared phone"
    how: Mapped[str] = mapped_column(String(12), default=How.GUEST)
    device: Mapped[str] = mapped_column(String(80), default="")  # such as "Firefox, Android"; for the list of devices
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # Who wrote on this browser before, while it is not said whether that comes along: see taking_along.py.
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])

    @property
    def how_words(self) -> Wording:
        return HOWS.get(self.how) or say("Signed in before we kept how")

    @property
    def is_strong(self) -> bool:
        """Whether acts of staff may follow. The example's printed addresses go without, so that one can look around."""
        return self.how in STRONG or self.person.is_example


class SignInAddress(Base):
    __tablename__ = "sign_in_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_mark: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def address_for(session: Session, person: Person, *, at: datetime) -> str:
    """A token for a one-time sign-in address."""
    word = token()
    ends = at + timedelta(hours=ADDRESS_HOURS)
    session.add(SignInAddress(token_mark=mark(word), person_id=person.id, created_at=at, ends_at=ends))
    session.flush()
    return word


def whose(session: Session, word: str, *, at: datetime) -> Person:
    """Whom an address would sign in; nothing is used up. Raises Refusal when it is wrong, used or too old."""
    query = (
        select(Person)
        .join(SignInAddress, SignInAddress.person_id == Person.id)
        .where(SignInAddress.token_mark == mark(word), SignInAddress.used_at.is_(None), SignInAddress.ends_at > at)
    )
    person = session.scalar(query)
    if person is None:
        raise _used_up()
    return person


def consume(session: Session, word: str, *, at: datetime) -> Person:
    """Uses an address up; whom it signs in. Raises Refusal."""
    person = whose(session, word, at=at)
    used = session.scalar(
        update(SignInAddress)
        .where(SignInAddress.token_mark == mark(word), SignInAddress.used_at.is_(None))
        .values(used_at=at)
        .returning(SignInAddress.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:  # somebody else was quicker by a hair
        raise _used_up()
    return person


def begin(
    session: Session, person: Person, *, how: How = How.GUEST, at: datetime, is_shared: bool = False, device: str = ""
) -> str:
    """A new sign-in; its token goes into the cookie and is kept nowhere else."""
    word = token()
    session.add(
        SignIn(
            token_mark=mark(word), person_id=person.id, how=str(how), is_shared=is_shared, device=device[:80],
            created_at=at, seen_at=at, ends_at=at + _lasts(person, is_shared),
        )
    )  # fmt: skip
    session.flush()
    return word


def find(session: Session, word: str, *, at: datetime) -> SignIn | None:
    """The sign-in that a cookie's token belongs to, with its person, unless it is over. One statement and its roles."""
    query = select(SignIn).where(SignIn.token_mark == mark(word), SignIn.ends_at > at)
    found = session.scalar(query.options(joinedload(SignIn.person)))
    if found is not None and found.person.is_staff and at - found.seen_at >= timedelta(hours=STAFF_IDLE_HOURS):
        return None  # whoever was given a role since, or sits at a shared phone, has no longer either
    return found


def is_stale(sign_in: SignIn, *, at: datetime) -> bool:
    """Whether `keep_alive` has something to write."""
    return at - sign_in.seen_at >= SEEN_EVERY


def keep_alive(session: Session, sign_in: SignIn, *, at: datetime) -> None:
    """Puts the end off, but not on a shared phone; one that was ended meanwhile stays ended."""
    ends = sign_in.ends_at if sign_in.is_shared else at + _lasts(sign_in.person, False)
    seen = update(SignIn).where(SignIn.id == sign_in.id).values(seen_at=at, ends_at=ends)
    session.execute(seen.execution_options(synchronize_session="evaluate"))


def end(session: Session, sign_in: SignIn) -> None:
    _end(session, [sign_in.id])


def end_one_of(session: Session, person: Person, sign_in_id: int) -> None:
    """Ends a sign-in of person's own, on whichever phone; another's number does nothing."""
    _end(session, (number for number in _numbers(session, person) if number == sign_in_id))


def end_all(session: Session, person: Person) -> None:
    _end(session, _numbers(session, person))


def end_begun(session: Session, person: Person, *, how: How, at: datetime) -> None:
    """Ends the sign-in that began at this very moment: its cookie was lost on the way and is nobody's."""
    lost = (SignIn.person_id == person.id, SignIn.how == str(how), SignIn.created_at == at)
    session.execute(delete(SignIn).where(*lost))


def of_person(session: Session, person: Person, *, at: datetime) -> list[SignIn]:
    """Where somebody is signed in, last seen first."""
    query = select(SignIn).where(SignIn.person_id == person.id, SignIn.ends_at > at)
    return list(session.scalars(query.order_by(SignIn.seen_at.desc(), SignIn.id.desc())))


def _numbers(session: Session, person: Person) -> Iterable[int]:
    return session.scalars(select(SignIn.id).where(SignIn.person_id == person.id)).all()


def _end(session: Session, numbers: Iterable[int]) -> None:
    ids = list(numbers)
    for act in _WHEN_ENDED:
        act(session, ids)
    session.execute(delete(SignIn).where(SignIn.id.in_(ids)))


def _lasts(person: Person, is_shared: bool) -> timedelta:
    if is_shared:
        return timedelta(hours=SHARED_HOURS)
    return timedelta(hours=STAFF_IDLE_HOURS) if person.is_staff else timedelta(days=IDLE_DAYS)


def _used_up() -> Refusal:
    return Refusal(say("This sign-in address has been used or is too old. Ask for a new one."))
