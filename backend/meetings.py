"""Meetings: open evenings and workshops of an area, announced by its coordinator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from . import addresses, areas, audit, days, notices, people, revisions, texts, typed
from .areas import Area
from .database import Base
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .keys import token
from .languages import WRITTEN_BY_TAG
from .notices import Message, Notice
from .people import Person
from .texts import Said, Words
from .wording import say

LONGEST_TITLE = 80  # characters
LONGEST_ABOUT = 400  # characters
LONGEST_PLACE = 120  # characters
MOST_SEATS = 5000
MOST_MINUTES = 24 * 60
USUAL_MINUTES = 120
USUAL_TIME = time(18)
MOST_PAST = 20  # meetings that a list shows


class Meeting(Base):
    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="starts_before_it_ends"),
        Index("ix_meetings_area", "area_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "title", "about", afterwards "outcome"
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120))
    interpreters: Mapped[str] = mapped_column(String(60), default="")  # language tags, "ar so"; empty: none
    has_childcare: Mapped[bool] = mapped_column(default=False)
    seats: Mapped[int | None]  # empty: room for all
    uid: Mapped[str] = mapped_column(String(80), unique=True)  # of its calendar entry; stays the same for good
    sequence: Mapped[int] = mapped_column(default=0)  # of its calendar entry; raised with each change that matters
    cancelled_at: Mapped[datetime | None]
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64), default="")
    announced_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Coming(Base):
    """Somebody comes to a meeting, with how many."""

    __tablename__ = "coming"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    how_many: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    """A meeting as pages show it, in the reader's language."""

    id: int
    area_id: int
    case_id: int | None
    title: Words
    about: Words
    place: Words
    outcome: Words
    starts_at: datetime
    ends_at: datetime
    interpreters: tuple[str, ...]  # language tags
    has_childcare: bool
    seats: int | None
    coming: int
    is_cancelled: bool

    @property
    def seats_left(self) -> int | None:
        return None if self.seats is None else max(self.seats - self.coming, 0)


def may_announce(person: Person | None, area_id: int) -> bool:
    return people.may_coordinate(person, area_id)


def announce(
    session: Session, area: Area, *, by_language: Mapping[str, Mapping[str, str]], original: str, starts_at: datetime,
    minutes: int, place: str, by: Person, at: datetime, interpreters: Collection[str] = (), has_childcare: bool = False,
    seats: int | None = None, client_uuid: str | None = None, case_id: int | None = None,
) -> Meeting:  # fmt: skip
    """Writes the meeting and one notice of it; by_language is {"sv": {"title": ..., "about": ...}}.

    The same client_uuid again gives the same meeting. Raises NotAllowed, Refusal, and Conflict when that uuid came
    with another content.
    """
    if not may_announce(by, area.id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    content = {
        "texts": _checked(by_language, original), "original": original, "starts_at": starts_at.isoformat(),
        "minutes": minutes, "place": typed.line(place, field="place", most=LONGEST_PLACE), "seats": seats,
        "interpreters": _tags(interpreters), "has_childcare": has_childcare, "case_id": case_id, "area_id": area.id,
    }  # fmt: skip
    content_mark = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    if known := _sent_before(session, client_uuid, content_mark):
        return known
    if starts_at <= at:
        raise Refusal(say("This time has passed already. Choose a later one."), field="day")
    try:
        with session.begin_nested():
            meeting = _written(session, content, starts_at, client_uuid, content_mark, by=by, at=at)
    except IntegrityError:  # the same form came twice at once, and the other was quicker
        if known := _sent_before(session, client_uuid, content_mark):
            return known
        raise
    notices.tell(
        session, kind="meeting_announced", area_id=area.id, noun_id=meeting.id, audience="area", audience_id=area.id,
        at=at, ends_at=starts_at,
    )  # fmt: skip
    audit.note(session, "meeting.announced", at=at, by=by, area_id=area.id, noun_id=meeting.id)
    revisions.raise_(session, area.id, "meetings")
    return meeting


@notices.said("meeting_announced", notices.Kind(longest=timedelta(days=14)))
def _announced(session: Session, notice: Notice, language: str) -> Message:
    """Day, time and place, complete in itself."""
    meeting = by_number(session, notice.noun_id)
    area = areas.by_id(session, meeting.area_id)
    said = texts.read_one(session, meeting.texts_id, language)
    return invitation(
        title=said["title"].text, place=said["place"].text or meeting.place, starts_at=meeting.starts_at, area=area,
        language=language, path=addresses.meeting(language, area.slug, meeting.id),
    )  # fmt: skip


def invitation(*, title: str, place: str, starts_at: datetime, area: Area, language: str, path: str = "/") -> Message:
    """What phones show of a meeting; a coordinator sees the same before it is sent."""
    title_line = say("Meeting: %(title)s", title=days.isolated(title))
    when = say(
        "We meet on %(day)s at %(time)s. Place: %(place)s.",
        day=days.day(starts_at, area.zone, language), time=days.clock(starts_at, area.zone, language),
        place=days.isolated(place),
    )  # fmt: skip
    return Message(title_line.into(language), when.into(language), path)


def upcoming(session: Session, area_id: int, language: str, *, at: datetime) -> list[Listed]:
    """The meetings of an area that are not over, the next first. Two statements."""
    query = _select().where(Meeting.area_id == area_id, Meeting.ends_at > at)
    return _listed(session, query.order_by(Meeting.starts_at, Meeting.id), language)


def of_person(session: Session, person: Person, language: str, *, at: datetime) -> list[Listed]:
    """The meetings that person comes to and that are not over, the next first. Two statements."""
    mine = select(Coming.meeting_id).where(Coming.person_id == person.id)
    query = _select().where(Meeting.id.in_(mine), Meeting.ends_at > at)
    return _listed(session, query.order_by(Meeting.starts_at, Meeting.id), language)


def next_of(session: Session, area_ids: Collection[int], language: str, *, at: datetime) -> dict[int, Listed]:
    """{area id: its next meeting}; areas without one are left out. Two statements."""
    other = aliased(Meeting)
    is_coming = (other.area_id == Meeting.area_id, other.ends_at > at, other.cancelled_at.is_(None))
    first = select(other.id).where(*is_coming).order_by(other.starts_at, other.id).limit(1)
    query = _select().where(Meeting.area_id.in_(area_ids), Meeting.id == first.correlate(Meeting).scalar_subquery())
    return {found.area_id: found for found in _listed(session, query, language)}


def past(session: Session, area_id: int, language: str, *, at: datetime) -> list[Listed]:
    """The meetings that are over, the latest first. Two statements."""
    query = _select().where(Meeting.area_id == area_id, Meeting.ends_at <= at)
    return _listed(session, query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(MOST_PAST), language)


def show(session: Session, number: int, language: str, *, area_id: int) -> Listed:
    """One meeting of an area as pages show it. Two statements; raises NotFound."""
    query = _select().where(Meeting.id == number, Meeting.area_id == area_id)
    found = _listed(session, query, language) if number < 2**31 else []
    if not found:
        raise _unknown()
    return found[0]


def by_number(session: Session, number: int, *, area_id: int | None = None) -> Meeting:
    """The meeting of this number, in this area where one is named. Raises NotFound."""
    found = session.scalar(select(Meeting).where(Meeting.id == number)) if number < 2**31 else None
    if found is None or (area_id is not None and found.area_id != area_id):
        raise _unknown()
    return found


def likely_start(session: Session, area: Area, *, at: datetime) -> datetime:
    """The next evening that suits: a week ahead, Monday to Thursday, without another meeting of this area."""
    first = at.astimezone(area.zone).date() + timedelta(days=7)
    query = select(Meeting.starts_at).where(Meeting.area_id == area.id, Meeting.starts_at > at)
    taken = {moment.astimezone(area.zone).date() for moment in session.scalars(query)}
    evenings = (first + timedelta(days=number) for number in range(60))
    day = next((day for day in evenings if day.weekday() < 4 and day not in taken), first)
    return datetime.combine(day, USUAL_TIME, area.zone)


def _sent_before(session: Session, client_uuid: str | None, content_mark: str) -> Meeting | None:
    found = session.scalar(select(Meeting).where(Meeting.client_uuid == client_uuid)) if client_uuid else None
    if found is not None and found.content_mark != content_mark:
        raise Conflict(say("This form has been sent already, with another content. Open a new one."))
    return found


def _written(
    session: Session, content: Mapping[str, Any], starts_at: datetime, client_uuid: str | None, content_mark: str, *,
    by: Person, at: datetime,
) -> Meeting:  # fmt: skip
    said = texts.write(session, content["texts"], original=content["original"])
    meeting = Meeting(
        area_id=content["area_id"], case_id=content["case_id"], texts_id=said.id, starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=content["minutes"]), place=content["place"],
        interpreters=content["interpreters"], has_childcare=content["has_childcare"], seats=content["seats"],
        uid=f"{token()}@innovationsforum", client_uuid=client_uuid, content_mark=content_mark, announced_by=by.id,
        created_at=at,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    return meeting


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    own = by_language.get(original, {})
    typed.line(own.get("title"), field="title", most=LONGEST_TITLE)
    return {
        language: {
            "title": typed.line(said.get("title"), field="title", most=LONGEST_TITLE, needed=False),
            "about": typed.text(said.get("about"), field="about", most=LONGEST_ABOUT, needed=False),
            "place": typed.line(said.get("place"), field="place", most=LONGEST_PLACE, needed=False),
        }
        for language, said in by_language.items()
    }


def _tags(interpreters: Collection[str]) -> str:
    tags = " ".join(sorted(set(interpreters)))
    if not set(interpreters) <= set(WRITTEN_BY_TAG) or len(tags) > 60:
        raise Refusal(say("Choose from the languages in the list."), field="interpreters")
    return tags


def _select() -> Select[*tuple[Any, ...]]:
    coming = select(func.coalesce(func.sum(Coming.how_many), 0)).where(Coming.meeting_id == Meeting.id)
    return select(
        Meeting.id, Meeting.area_id, Meeting.case_id, Meeting.texts_id, Meeting.starts_at, Meeting.ends_at,
        Meeting.place, Meeting.interpreters, Meeting.has_childcare, Meeting.seats, Meeting.cancelled_at,
        coming.correlate(Meeting).scalar_subquery().label("coming"),
    )  # fmt: skip


def _listed(session: Session, query: Select[*tuple[Any, ...]], language: str) -> list[Listed]:
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [_listed_one(row, said[row.texts_id]) for row in rows]


def _listed_one(row: Any, said: Said) -> Listed:
    return Listed(
        id=row.id, area_id=row.area_id, case_id=row.case_id, title=said["title"], about=said["about"],
        place=said["place"] or Words(row.place, said["title"].language, True), outcome=said["outcome"],
        starts_at=row.starts_at, ends_at=row.ends_at, interpreters=tuple(row.interpreters.split()),
        has_childcare=row.has_childcare, seats=row.seats, coming=row.coming, is_cancelled=row.cancelled_at is not None,
    )  # fmt: skip


def _unknown() -> NotFound:
    return NotFound(say("There is no meeting with this number."))
