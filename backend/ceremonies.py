"""What begins in a browser and must soon end in the same one: a passkey's signature, the way to an e-ID and back.

The browser keeps a random word in a short-lived cookie, the row keeps that word's mark and is used once. Challenges,
states and verifiers are derived from the word, so that no row holds anything that could be used.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .errors import Refusal
from .keys import mark, token
from .people import Person
from .wording import say

MINUTES = 5
LONGEST_WAY = 500  # characters of an address; a longer one is not kept


class Purpose(StrEnum):
    ADD_PASSKEY = "add_passkey"
    USE_PASSKEY = "use_passkey"
    ASK_E_ID = "ask_e_id"  # somebody is on their way to the broker
    MEET_E_ID = "meet_e_id"  # the broker told us who it is, and we do not know them yet


class Ceremony(Base):
    __tablename__ = "ceremonies"

    id: Mapped[int] = mapped_column(primary_key=True)
    word_mark: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)  # "this is a shared phone", said before they left
    way_on: Mapped[str] = mapped_column(String(LONGEST_WAY), default="")  # where they wanted to go; empty: nowhere
    shown: Mapped[str] = mapped_column(String(64), default="")  # the mark of the e-ID that was shown
    ends_at: Mapped[datetime] = mapped_column(index=True)


def begin(
    session: Session, purpose: Purpose, *, at: datetime, person: Person | None = None, is_shared: bool = False,
    way_on: str = "", shown: str = "",
) -> str:  # fmt: skip
    """The word for the browser's cookie. With a person, only they can end it."""
    session.execute(delete(Ceremony).where(Ceremony.ends_at <= at))
    word = token()
    session.add(
        Ceremony(
            word_mark=mark(word), purpose=purpose, person_id=person.id if person else None, is_shared=is_shared,
            way_on=way_on if len(way_on) <= LONGEST_WAY else "", shown=shown, ends_at=at + timedelta(minutes=MINUTES),
        )
    )  # fmt: skip
    session.flush()
    return word


def look(session: Session, word: str, purpose: Purpose, *, at: datetime) -> Ceremony | None:
    """What was begun in this browser, if it can still be ended; nothing is used up."""
    here = (Ceremony.word_mark == mark(word), Ceremony.purpose == purpose, Ceremony.ends_at > at)
    return session.scalar(select(Ceremony).where(*here))


def end(session: Session, word: str, purpose: Purpose, *, at: datetime, by: Person | None = None) -> Ceremony:
    """Uses it up and returns what was kept. The caller commits before it judges the answer, so each is judged once.

    Raises Refusal when it was used, took too long, or was begun in another browser or by somebody else.
    """
    begun = look(session, word, purpose, at=at)
    if begun is None or begun.person_id not in (None, by.id if by else None):
        raise _too_late()
    session.expunge(begun)
    ended = delete(Ceremony).where(Ceremony.id == begun.id).returning(Ceremony.id)
    if session.scalar(ended.execution_options(synchronize_session=False)) is None:  # somebody was quicker by a hair
        raise _too_late()
    return begun


def derived(word: str, what: str) -> bytes:
    """32 bytes for one use of the word (HMAC-SHA-256): whoever sees them learns nothing of the word or the others."""
    return hmac.new(word.encode(), what.encode(), hashlib.sha256).digest()


def _too_late() -> Refusal:
    return Refusal(say("That took too long, or began in another browser. Please start again."))
