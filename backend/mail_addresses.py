"""E-mail addresses: at most one for each person, shown to be theirs by a code, and what they want to get there.

Whoever reads the mail of an address hears there, a last time, that it is not their account's any more.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, and_, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import addresses, keys, mail
from .database import Base, insert
from .errors import Conflict, NotFound, Refusal
from .mail import LONGEST_ADDRESS, Letter, Text
from .people import Person
from .wording import say

MARK = re.compile(r"[A-Za-z0-9_-]{43}")  # as keys.token makes it
SORTS = ("notices", "daily")  # what an address may be rid of; codes and words about safety always come
WARNED_WITHIN = timedelta(days=7)  # a mail server may be away for a while


class MailAddress(Base):
    __tablename__ = "mail_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), unique=True)  # as clean() makes it
    confirmed_at: Mapped[datetime]  # when they last typed a code that was sent there
    bounced_at: Mapped[datetime | None]  # since when it takes no mail; empty: it does
    gets_notices: Mapped[bool] = mapped_column(default=True)
    gets_daily: Mapped[bool] = mapped_column(default=True)  # for whoever has a queue
    leave_mark: Mapped[str] = mapped_column(String(50), unique=True, default=keys.token)  # in each mail's way out

    @property
    def works(self) -> bool:
        return self.bounced_at is None


def clean(typed: str | None) -> str:
    """The one form of an address in which it is kept: lower case, its host as name servers know it. Raises Refusal."""
    from email_validator import EmailNotValidError, validate_email  # heavy, and few requests need it

    try:
        found = validate_email((typed or "").strip()[:500], check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, ValueError):
        raise Refusal(say("Write an e-mail address, such as name@example.org."), field="address") from None
    return (found.ascii_email or found.normalized).lower()


def confirm(session: Session, person: Person, address: str, *, at: datetime) -> MailAddress:
    """Keeps address as person's only one, and knows again that it takes mail.

    address comes from clean(). Raises Conflict when it is somebody else's: two people can't share one.
    """
    before = of_person(session, person)
    if before is not None and before.address == address:
        before.confirmed_at, before.bounced_at = at, None
        session.flush()
        return before
    wishes = {"gets_notices": before.gets_notices, "gets_daily": before.gets_daily} if before else {}
    _take_away(session, person)
    new = insert(session, MailAddress).values(person_id=person.id, address=address, confirmed_at=at, **wishes)
    session.execute(new.on_conflict_do_nothing())
    found = _find(session, MailAddress.address == address)
    if found is None or found.person_id != person.id:
        raise Conflict(say("Somebody else uses this address already."), field="address")
    if before is not None:
        _warn(session, person, before.address, is_changed=True, at=at)
    return found


def forget(session: Session, person: Person, *, at: datetime) -> None:
    """Takes the address away, so that notices which wait for it are not sent; having none is fine."""
    before = of_person(session, person)
    if before is not None:
        _warn(session, person, before.address, is_changed=False, at=at)
        _take_away(session, person)


def choose(session: Session, person: Person, *, notices: bool, daily: bool) -> None:
    """What person wants by mail. Raises NotFound without an address."""
    found = of_person(session, person)
    if found is None:
        raise NotFound(say("You have not given an e-mail address."))
    found.gets_notices, found.gets_daily = notices, daily
    session.flush()


def leave(session: Session, word: str, sort: str) -> None:
    """Ends mail of one of SORTS for the address whose way out this is. Raises NotFound; doing it twice is fine."""
    found = by_way_out(session, word)
    if sort == "daily":
        found.gets_daily = False
    else:
        found.gets_notices = False
    session.flush()


def bounced(session: Session, person_id: int, address: str, *, at: datetime) -> None:
    """Mail to this address comes back; nothing happens where person has another one by now."""
    mine = update(MailAddress).where(MailAddress.person_id == person_id, MailAddress.address == address)
    values = mine.where(MailAddress.bounced_at.is_(None)).values(bounced_at=at)
    session.execute(values, execution_options={"synchronize_session": False})


def of_person(session: Session, person: Person | None) -> MailAddress | None:
    return _find(session, MailAddress.person_id == person.id) if person else None


def person_of(session: Session, address: str) -> Person | None:
    """Whose address this is; None where nobody confirmed it. address comes from clean()."""
    query = select(Person).join(MailAddress, MailAddress.person_id == Person.id).where(MailAddress.address == address)
    return session.scalar(query)


def at_work(session: Session, person_id: int | None, address: str, sort: str) -> MailAddress | None:
    """The address where it is still its person's, takes mail and wants this sort: much changes while a letter waits."""
    return _find(session, and_(MailAddress.person_id == person_id, MailAddress.address == address, *wants(sort)))


def wants(sort: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether an address takes mail, and its person wants this one of SORTS."""
    chosen = MailAddress.gets_daily if sort == "daily" else MailAddress.gets_notices
    return MailAddress.bounced_at.is_(None), chosen.is_(True)


def by_way_out(session: Session, word: str) -> MailAddress:
    """The address whose mails carry this word. Raises NotFound."""
    found = _find(session, MailAddress.leave_mark == word) if MARK.fullmatch(word) else None
    if found is None:
        raise NotFound(say("This address is no longer in our list, so no mail goes there."))
    return found


@mail.said("address_left")
def _letter(session: Session, letter: Letter, language: str) -> Text:
    """No code and no link that may do anything: others may read this mailbox by now."""
    is_changed = letter.values["is_changed"]
    subject = say("Your e-mail address was changed") if is_changed else say("Your e-mail address was taken away")
    paragraphs = (
        say("Your account now uses another e-mail address.") if is_changed
        else say("This e-mail address was taken away from your account."),
        say("We send nothing more to this address, and nobody signs in with it."),
        say("Was it you? Then you need to do nothing."),
        say("Was it not you? Then turn to us at once. A person helps you."),
    )  # fmt: skip
    return Text(
        subject.into(language), tuple(one.into(language) for one in paragraphs), link=addresses.contact(language),
        link_words=say("Talk to a person").into(language),
    )  # fmt: skip


def _warn(session: Session, person: Person, address: str, *, is_changed: bool, at: datetime) -> None:
    """Also where mail came back from it: of all mail, this must not be lost."""
    mail.post(
        session, kind="address_left", to=address, language=person.language, values={"is_changed": is_changed}, at=at,
        ends_at=at + WARNED_WITHIN, person_id=person.id,
    )  # fmt: skip


def _take_away(session: Session, person: Person) -> None:
    session.execute(delete(MailAddress).where(MailAddress.person_id == person.id))


def _find(session: Session, which: ColumnElement[bool]) -> MailAddress | None:
    return session.scalar(select(MailAddress).where(which).execution_options(populate_existing=True))
