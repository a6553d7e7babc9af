"""The head of the audit log, mailed to operators once a day: a past that is written anew later will not fit to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, mail
from .mail import Letter, Text
from .mail_addresses import MailAddress
from .people import GivenRole, Person, Role
from .wording import say, say_count

FROM_HOUR = 5  # UTC: in the morning, before anybody works


def post_due(session: Session, *, at: datetime) -> None:
    """Writes today's letter for each operator with a mailbox, once however often it is called."""
    end = audit.head(session)
    if at.hour < FROM_HOUR or not end.position:
        return
    operators = select(GivenRole.person_id).where(GivenRole.role == Role.OPERATOR)
    query = select(Person, MailAddress).join(MailAddress, MailAddress.person_id == Person.id)
    found = session.execute(query.where(Person.id.in_(operators), MailAddress.bounced_at.is_(None))).all()
    keys = {person.id: f"audit {at.date().isoformat()} to {person.id}" for person, _ in found}
    written = set(session.scalars(select(Letter.once).where(Letter.once.in_(keys.values()))))
    rows = [
        mail.new_row(
            kind="audit_head", to=address.address, language=person.language, person_id=person.id, is_bulk=True,
            once=keys[person.id], at=at, ends_at=at + timedelta(days=3),
            values={"count": end.position, "head": str(end), "day": at.date().isoformat()},
        )
        for person, address in found
        if keys[person.id] not in written
    ]  # fmt: skip
    mail.post_once(session, rows)


@mail.said("audit_head")
def _letter(session: Session, letter: Letter, language: str) -> Text:
    values = letter.values
    subject = say("The audit log on %(day)s", day=values["day"])
    count = say_count(
        "The log holds %(number)s act, sealed.", "The log holds %(number)s acts, each sealed with the one before.",
        values["count"],
    )  # fmt: skip
    keep = say("Keep this mail. It shows later whether the past was changed:")
    check = say("To check, run: %(command)s", command=f"./run audit verify --head {values['head']}")
    paragraphs = (count.into(language), keep.into(language), values["head"], check.into(language))
    return Text(subject.into(language), paragraphs)
