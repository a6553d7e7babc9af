"""The daily mail to those who read the queue: how much waits and since when, once a morning while it is not empty."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, areas, mail, mail_addresses, moderation_queue, people
from .areas import Area
from .mail import Letter, Text
from .mail_addresses import MailAddress
from .people import GivenRole, Person, Role
from .wording import Wording, say, say_count

FROM_HOUR, UNTIL_HOUR = 8, 12  # on the area's walls; what comes in later waits for the next morning
READERS = (Role.MODERATOR, Role.COORDINATOR)  # and the core team, which reads for every area


def post_due(session: Session, *, at: datetime) -> None:
    """Writes today's letter for each reader in whose area it is morning, once however often it is called.

    The day is that of the area's walls, so that nights in which the clocks change have one mail too.
    """
    waits = moderation_queue.waiting_by_area(session)
    if not waits:
        return
    clocks = {area.id: area for area in areas.every(session)}
    rows = []
    for person, address in _readers(session):
        here = _morning_of(person, clocks, at)
        mine = _theirs(person, waits)
        if here is not None and mine:
            rows.append(_row(person, address, here, mine, at=at))
    written = set(session.scalars(select(Letter.once).where(Letter.once.in_([row["once"] for row in rows]))))
    mail.post_once(session, [row for row in rows if row["once"] not in written])


@mail.said("daily", way_out="daily")
def _daily(session: Session, letter: Letter, language: str) -> Text:
    count, hours = letter.values["count"], letter.values["hours"]
    subject = say_count("%(number)s thing waits to be read", "%(number)s things wait to be read", count)
    now = say_count("Now %(number)s thing waits in your queue.", "Now %(number)s things wait in your queue.", count)
    oldest = say("The oldest has waited for %(time)s.", time=_lasting(hours))
    again = say("You get this once a day while something waits.")
    return Text(
        subject.into(language), (now.into(language), oldest.into(language), again.into(language)),
        link=addresses.queue(language), link_words=say("To the queue").into(language),
    )  # fmt: skip


def _readers(session: Session) -> list[tuple[Person, MailAddress]]:
    roles = select(GivenRole.person_id).where(GivenRole.role.in_([*READERS, Role.CORE]))
    query = select(Person, MailAddress).join(MailAddress, MailAddress.person_id == Person.id)
    found = session.execute(query.where(Person.id.in_(roles), *mail_addresses.wants("daily")).order_by(Person.id))
    return [(person, address) for person, address in found]


def _theirs(person: Person, waits: dict[int, tuple[int, datetime]]) -> list[tuple[int, datetime]]:
    """(how many wait, since when the oldest does) for each area that person reads for."""
    held = people.areas_of(person, *READERS)
    return [found for area_id, found in waits.items() if held is None or area_id in held]


def _morning_of(person: Person, clocks: dict[int, Area], at: datetime) -> date | None:
    """The day in the person's area where it is morning there now, else None."""
    held = people.areas_of(person, *READERS)
    theirs = [area for area in clocks.values() if held is None or area.id in held]
    if not theirs:
        return None
    here = at.astimezone(theirs[0].zone)
    return here.date() if FROM_HOUR <= here.hour < UNTIL_HOUR else None


def _row(
    person: Person, address: MailAddress, day: date, waits: list[tuple[int, datetime]], *, at: datetime
) -> dict[str, Any]:
    oldest = min(since for _, since in waits)
    values = {"count": sum(count for count, _ in waits), "hours": int((at - oldest) / timedelta(hours=1))}
    return mail.new_row(
        kind="daily", to=address.address, language=person.language, person_id=person.id, is_bulk=True,
        once=f"daily {day.isoformat()} to {person.id}", at=at, ends_at=at + timedelta(hours=12), values=values,
    )  # fmt: skip


def _lasting(hours: int) -> Wording:
    if hours < 1:
        return say("less than an hour")
    if hours < 48:
        return say_count("%(number)s hour", "%(number)s hours", hours)
    return say_count("%(number)s day", "%(number)s days", hours // 24)
