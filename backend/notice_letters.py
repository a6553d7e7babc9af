"""Notices by mail: each goes to whoever shall hear it and has an address that works and wants them.

Making the letters can stop anywhere and goes on there, as deliveries to phones do, since a notice and a person meet at
most once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import deliveries, mail, mail_addresses, notices
from .errors import NotFound
from .mail import Letter, Text
from .mail_addresses import MailAddress
from .notices import Notice
from .people import Person
from .wording import say


def spread(session: Session, notice: Notice, limit: int, *, at: datetime) -> bool:
    """Writes the next letters of a notice, at most limit; whether there may be more to write."""
    if notice.audience == "device" or not notices.kind_of(notice).goes_by_mail:
        return False
    but_not = notice.values.get("not", ())  # as deliveries leave them out
    query = (
        select(MailAddress.id, MailAddress.person_id, MailAddress.address, Person.language)
        .join(Person, Person.id == MailAddress.person_id)
        .where(MailAddress.id > notice.mailed_to, *mail_addresses.wants("notices"))
        .where(MailAddress.person_id.not_in(but_not))
        .where(MailAddress.person_id.in_(deliveries.receivers(notice.audience, notice.audience_id)))
    )
    found = session.execute(query.order_by(MailAddress.id).limit(limit)).all()
    mail.post_once(session, [_row(notice, *row[1:], at=at) for row in found])
    if found:
        notice.mailed_to = found[-1][0]
    session.flush()
    return len(found) == limit


@mail.said("notice", way_out="notices")
def _notice(session: Session, letter: Letter, language: str) -> Text:
    """What a phone would show, with the way to its page."""
    notice = session.get(Notice, letter.notice_id) if letter.notice_id else None
    if notice is None:
        raise NotFound(say("Nobody was told of this by notice."))
    said = notices.message(session, notice, language)
    return Text(said.title, (said.body,), link=said.path, link_words=say("Open the page").into(language))


def _row(notice: Notice, person_id: int, address: str, language: str, *, at: datetime) -> dict[str, Any]:
    return mail.new_row(
        kind="notice", to=address, language=language, person_id=person_id, notice_id=notice.id, is_bulk=True,
        once=f"notice {notice.id} to {person_id}", at=at, ends_at=notice.ends_at,
    )  # fmt: skip
