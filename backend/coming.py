"""Who comes to a meeting, and with how many: no account is needed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from . import revisions
from .database import insert
from .errors import Refusal
from .meetings import Coming, Meeting
from .people import Person
from .wording import Wording, say, say_count

MOST_TOGETHER = 10  # people that one person may bring, themselves counted


def come(session: Session, meeting: Meeting, person: Person, *, how_many: int, at: datetime) -> None:
    """Says that person comes, with how many in all; saying it again changes the number. Raises Refusal."""
    if not 1 <= how_many <= MOST_TOGETHER:
        raise Refusal(say("Write a number from 1 to %(most)s.", most=MOST_TOGETHER), field="how_many")
    # The row is held until the commit, so that the last seat is given away once.
    held = session.scalar(select(Meeting).where(Meeting.id == meeting.id).with_for_update())
    if held is None or held.cancelled_at is not None or held.ends_at <= at:
        raise Refusal(say("This meeting is over or called off."))
    left = None if held.seats is None else held.seats - count(session, held, but=person)
    if left is not None and how_many > left:
        raise Refusal(_too_few(max(left, 0)), field="how_many")
    new = insert(session, Coming).values(meeting_id=held.id, person_id=person.id, how_many=how_many, at=at)
    kept = new.on_conflict_do_update(index_elements=["meeting_id", "person_id"], set_={"how_many": how_many})
    session.execute(kept)
    revisions.raise_(session, held.area_id, "meetings")


def stay_away(session: Session, meeting: Meeting, person: Person) -> None:
    """Takes it back; the seats are free at once."""
    session.execute(delete(Coming).where(Coming.meeting_id == meeting.id, Coming.person_id == person.id))
    revisions.raise_(session, meeting.area_id, "meetings")


def comes_with(session: Session, meeting: Meeting, person: Person | None) -> int:
    """With how many person comes, themselves counted; 0 when they have not said so."""
    if person is None:
        return 0
    mine = select(Coming.how_many).where(Coming.meeting_id == meeting.id, Coming.person_id == person.id)
    return session.scalar(mine) or 0


def count(session: Session, meeting: Meeting, *, but: Person | None = None) -> int:
    query = select(func.coalesce(func.sum(Coming.how_many), 0)).where(Coming.meeting_id == meeting.id)
    return session.scalar(query.where(Coming.person_id != but.id) if but else query) or 0


def _too_few(left: int) -> Wording:
    if not left:
        return say("There is no seat left.")
    return say_count("There is only %(number)s seat left.", "There are only %(number)s seats left.", left)
