"""Reports: somebody says that something public should not stand here (Digital Services Act, article 16).

However many report one thing, it waits in the queue once, and it never goes by their number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import dangers, moderation, reportable, staff, typed
from .database import Base, insert
from .errors import NotFound, Refusal
from .people import Level, Person
from .reportable import Look
from .waiting import Decision, Waiting
from .wording import Wording, say

LONGEST_WORDS = 1000  # characters
LONGEST_CONTACT = 120
MOST_OPEN = {True: 10, False: 30}  # of one person's, by whether they are a guest
IN_DANGER = "in_danger"

REASONS: Mapping[str, Wording] = {
    "illegal": say("I think it breaks the law"),
    "hate": say("It speaks badly of people for who they are"),
    "names_a_person": say("It names or shows a person"),
    "private_data": say("It tells private details"),
    "advertising": say("It advertises something"),
    IN_DANGER: say("Somebody is in danger"),
    "other": say("Something else"),
}
NEED_WORDS = ("illegal", "other")


class ReportedThing(Base):
    """Something that was reported at least once."""

    __tablename__ = "reported_things"
    __table_args__ = (UniqueConstraint("kind", "noun_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # one of reportable.KINDS
    noun_id: Mapped[int]
    taken_down_at: Mapped[datetime | None]  # by a decision on reports; empty: it stands
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what is needed to put it back


class Report(Base):
    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("thing_id", "by_id"), Index("ix_reports_open", "thing_id", "answered_at"))

    id: Mapped[int] = mapped_column(primary_key=True)  # the number on its confirmation
    thing_id: Mapped[int] = mapped_column(ForeignKey("reported_things.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(40))  # one of REASONS
    words: Mapped[str] = mapped_column(Text, default="")  # what, and where; may be empty
    language: Mapped[str] = mapped_column(String(12))  # the page's, in which they wrote
    contact: Mapped[str] = mapped_column(String(LONGEST_CONTACT), default="")  # emptied with the answer
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20), default="")  # "stays", "taken_down" or "gone"; empty: it waits
    note: Mapped[str] = mapped_column(Text, default="")  # of whoever answered, where it stays
    note_language: Mapped[str] = mapped_column(String(12), default="")

    @property
    def reason_words(self) -> Wording:
        return REASONS[self.reason]


# --- verbs ---


def report(
    session: Session, *, area_id: int, kind: str, number: int, by: Person, reason: str, language: str, at: datetime,
    words: str | None = "", contact: str | None = "",
) -> Report:  # fmt: skip
    """Takes a report in; the same person's second one on the same thing is the first again.

    Raises NotFound for what is not public here, Refusal that names "reason", "words" or "contact", and Refusal for
    whoever has too many that wait.
    """
    look = reportable.public(session, kind, number, language, area_id=area_id)
    thing = _thing(session, kind, look)
    if (before := _report_of(session, thing, by)) is not None:
        return before
    values = _checked(reason, words, contact)
    _make_sure_there_are_not_too_many(session, by)
    new = insert(session, Report).values(
        **values, thing_id=thing.id, area_id=area_id, by_id=by.id, language=language, created_at=at
    )
    first = new.on_conflict_do_nothing(index_elements=["thing_id", "by_id"]).returning(Report)
    made: Report | None = session.scalar(first)
    if made is None:
        return session.scalars(select(Report).where(Report.thing_id == thing.id, Report.by_id == by.id)).one()
    item = _queued(session, thing, look, at)
    if reason == IN_DANGER:
        dangers.raise_alarm(session, item, by=None, at=at)
    return made


# --- finders ---


def own(session: Session, number: int, *, by: Person | None, area_id: int) -> Report:
    """by's own report. Raises NotFound, also for another's."""
    found = session.get(Report, number) if number < 2**31 else None
    if found is None or by is None or found.by_id != by.id or found.area_id != area_id:
        raise NotFound(say("There is no report of yours with this number."))
    return found


def of_person(session: Session, person: Person, *, most: int = 100) -> list[Report]:
    """What somebody reported, newest first."""
    query = select(Report).where(Report.by_id == person.id).order_by(Report.id.desc())
    return list(session.scalars(query.limit(most)))


def earlier(session: Session, kind: str, number: int, by: Person | None) -> Report | None:
    """by's report on this thing, if there is one."""
    thing = find_thing(session, kind, number)
    return _report_of(session, thing, by) if thing and by else None


def find_thing(session: Session, kind: str, number: int) -> ReportedThing | None:
    """None where it was never reported."""
    if number >= 2**31:  # more than the databases take
        return None
    return session.scalar(select(ReportedThing).where(ReportedThing.kind == kind, ReportedThing.noun_id == number))


def in_queue(session: Session, kind: str, number: int) -> list[tuple[str, int]]:
    """The (kind, noun id) under which a thing and the reports on it stand in the queue."""
    thing = find_thing(session, kind, number)
    return [(kind, number), *([("report", thing.id)] if thing else [])]


# --- private parts ---


def _thing(session: Session, kind: str, look: Look) -> ReportedThing:
    """The thing's row, held until the commit, so that two who report at once meet in one item of the queue."""
    new = insert(session, ReportedThing).values(kind=kind, noun_id=look.number, area_id=look.area_id, before={})
    session.execute(new.on_conflict_do_nothing(index_elements=["kind", "noun_id"]))
    query = select(ReportedThing).where(ReportedThing.kind == kind, ReportedThing.noun_id == look.number)
    thing = session.scalars(query.with_for_update()).one()
    thing.area_id = look.area_id
    return thing


def _report_of(session: Session, thing: ReportedThing, by: Person) -> Report | None:
    return session.scalar(select(Report).where(Report.thing_id == thing.id, Report.by_id == by.id))


def _checked(reason: str, words: str | None, contact: str | None) -> dict[str, str]:
    if reason not in REASONS:
        raise Refusal(say("Choose what is wrong with it."), field="reason")
    return {
        "reason": reason,
        "words": typed.text(words, field="words", most=LONGEST_WORDS, needed=reason in NEED_WORDS),
        "contact": typed.line(contact, field="contact", most=LONGEST_CONTACT, needed=False),
    }


def _make_sure_there_are_not_too_many(session: Session, by: Person) -> None:
    most = MOST_OPEN[by.level == Level.GUEST]
    query = select(func.count()).select_from(Report).where(Report.by_id == by.id, Report.answered_at.is_(None))
    if (session.scalar(query) or 0) >= most:
        raise Refusal(say("%(most)s reports of yours wait already. Wait until they are answered.", most=most))


def _queued(session: Session, thing: ReportedThing, look: Look, at: datetime) -> Waiting:
    """The one item of the queue for this thing; a report that comes while a decision can be undone joins it."""
    query = select(Waiting).where(Waiting.kind == "report", Waiting.noun_id == thing.id, Waiting.told_at.is_(None))
    found = session.scalar(query.order_by(Waiting.id.desc()).limit(1))
    return found or moderation.ask(
        session, kind="report", noun_id=thing.id, area_id=thing.area_id, at=at, language=look.language,
        not_by=_who_approved(session, thing, look),
    )  # fmt: skip


def _who_approved(session: Session, thing: ReportedThing, look: Look) -> int | None:
    """Another person than whoever approved it reads the report; where nobody else is there, the same one may.

    A report is a first look at something public. The second look, by another person in any case, is the appeal.
    """
    read_as = reportable.KINDS[thing.kind].read_as
    kind, round_ = read_as(session, thing.noun_id) if read_as else (thing.kind, None)
    approved = (Waiting.kind == kind, Waiting.noun_id == thing.noun_id, Waiting.decision == Decision.APPROVED)
    told = select(Waiting.decided_by).where(*approved, Waiting.told_at.is_not(None)).order_by(Waiting.id.desc())
    before = session.scalar((told.where(Waiting.round == round_) if round_ else told).limit(1))
    return before if staff.is_left(session, thing.area_id, without={before, look.author_id}) else None
