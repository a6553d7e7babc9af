"""Codes by mail: six digits and a link in one letter, which show that somebody reads the mail of an address.

The digits count only on the page that asked for them, the link in any browser; one use ends both. Only marks of all
three are kept. How often codes may be asked for is counted by whoever calls `ask`: see attempts.py.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import addresses, mail, mail_addresses, people, typed
from .database import Base
from .days import isolated
from .errors import Refusal
from .keys import keyed_mark, mark, token
from .mail import LONGEST_ADDRESS, Letter, Text
from .people import Level, Person
from .wording import say

DIGITS = 6
MINUTES = 10  # how long a code works
MOST_TRIES = 5
KEPT = timedelta(hours=1)  # after its end, so that whoever comes late hears that it is too late


class MailCode(Base):
    __tablename__ = "mail_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the word that the asking page knows
    link_mark: Mapped[str] = mapped_column(String(64), unique=True)  # of the word in the link
    code_mark: Mapped[str] = mapped_column(String(64))  # HMAC of the digits and asked_mark
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    # Who gets this address, as they asked when signed in; empty: whoever proves it signs in with it.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    tries: Mapped[int] = mapped_column(default=0)  # each counted before its verdict
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def ask(
    session: Session, key: bytes, address: str, *, language: str, at: datetime, by: Person | None = None,
    next_page: str = "", chance: random.Random | None = None,
) -> str:  # fmt: skip
    """Sends a code, whether the address is known or not, and returns the word of the page that asks for it.

    address comes from mail_addresses.clean(); by is who shall get it, None for signing in.
    """
    session.execute(delete(MailCode).where(MailCode.ends_at < at - KEPT))
    asked, link = token(), token()
    digits = f"{(chance or random.SystemRandom()).randrange(10**DIGITS):0{DIGITS}}"
    ends = at + timedelta(minutes=MINUTES)
    new = MailCode(
        asked_mark=mark(asked), link_mark=mark(link), code_mark=_code_mark(key, mark(asked), digits), address=address,
        person_id=by.id if by else None, ends_at=ends,
    )  # fmt: skip
    session.add(new)
    session.flush()
    values = {"code": f"{digits[:3]} {digits[3:]}", "link": addresses.mail_code(language, link, next_page)}
    mail.post(session, kind="sign_in_code", to=address, language=language, values=values, at=at, ends_at=ends)
    return asked


@mail.said("sign_in_code")
def _letter(session: Session, letter: Letter, language: str) -> Text:
    code = letter.values["code"]
    paragraphs = (
        say("Write this code on the page where you asked for it."),
        say("Or open the link and press the button there."),
        say("Both work for %(minutes)s minutes, and only once.", minutes=MINUTES),
        say("Tell nobody this code. We never ask for it on the phone."),
        say("You did not ask for it? Then you need to do nothing."),
    )
    return Text(
        subject=say("%(code)s is your code", code=isolated(code)).into(language), code=code, link=letter.values["link"],
        paragraphs=tuple(one.into(language) for one in paragraphs),
        link_words=say("Open the page with the button").into(language),
    )  # fmt: skip


def asked_for(session: Session, word: str, *, at: datetime) -> MailCode:
    """What the asking page waits for; nothing is used up. Raises Refusal when it works no more."""
    return _find(session, MailCode.asked_mark == mark(word), MailCode.tries <= MOST_TRIES, at=at)


def linked(session: Session, word: str, *, at: datetime) -> MailCode:
    """What a link stands for; nothing is used up. Raises Refusal when it is used or too old."""
    return _find(session, MailCode.link_mark == mark(word), at=at)


def count_try(session: Session, word: str, *, at: datetime) -> None:
    """Writes a try down; the caller commits it before the verdict. Raises Refusal after MOST_TRIES."""
    mine = update(MailCode).where(MailCode.asked_mark == mark(word), MailCode.tries < MOST_TRIES)
    counted = mine.where(MailCode.used_at.is_(None), MailCode.ends_at > at).values(tries=MailCode.tries + 1)
    if session.scalar(counted.returning(MailCode.id).execution_options(synchronize_session=False)) is None:
        raise _over()


def use_code(session: Session, key: bytes, word: str, typed_digits: str, *, at: datetime) -> MailCode:
    """Uses a code up by its digits, as `read` gives them, after `count_try`. Raises Refusal."""
    found = _find(session, MailCode.asked_mark == mark(word), at=at)
    if found.code_mark != _code_mark(key, found.asked_mark, typed_digits):
        raise Refusal(say("This is not the code. Compare it with the mail."), field="code")
    return _use(session, found, at=at)


def use_link(session: Session, word: str, *, at: datetime) -> MailCode:
    """Uses a code up by its link. Raises Refusal."""
    return _use(session, linked(session, word, at=at), at=at)


def read(typed_code: str | None) -> str:
    """The digits that somebody typed. Raises Refusal."""
    return typed.digits(typed_code, field="code", count=DIGITS)


def may_use(code: MailCode, person: Person | None) -> bool:
    """A code for somebody's own page works only where they are signed in: else one could give others one's address."""
    return code.person_id is None or (person is not None and person.id == code.person_id)


def person_of(session: Session, code: MailCode, *, language: str, at: datetime) -> Person:
    """Whom a used code lets in: who asked, whose address it is, or a new neighbour. Raises Conflict."""
    asker = people.by_id(session, code.person_id) if code.person_id else None
    person = asker or mail_addresses.person_of(session, code.address)
    person = person or people.add(session, language=language, level=Level.NEIGHBOUR, at=at)
    mail_addresses.confirm(session, person, code.address, at=at)
    people.raise_to(session, person, Level.NEIGHBOUR)
    return person


def _find(session: Session, *which: ColumnElement[bool], at: datetime) -> MailCode:
    query = select(MailCode).where(*which, MailCode.used_at.is_(None), MailCode.ends_at > at)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise _over()
    return found


def _use(session: Session, code: MailCode, *, at: datetime) -> MailCode:
    """Of many at once, one gets it."""
    mine = update(MailCode).where(MailCode.id == code.id, MailCode.used_at.is_(None)).values(used_at=at)
    if session.scalar(mine.returning(MailCode.id).execution_options(synchronize_session=False)) is None:
        raise _over()
    return code


def _code_mark(key: bytes, asked_mark: str, digits: str) -> str:
    return keyed_mark(key, f"{asked_mark} {digits}")


def _over() -> Refusal:
    return Refusal(say("This code has been used, tried too often or is too old. Ask for a new one."))
