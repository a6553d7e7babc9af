"""What can be appealed: that something was not published or was taken down, and a limit on a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from . import appeals, areas, reading, reportable, reports, restrictions, rules
from .appeals import Appealable, Decided
from .errors import NotFound
from .people import Person
from .waiting import Decision, Waiting
from .wording import say


def decided_about(session: Session, kind: str, number: int) -> Decided | None:
    """The last decision not to publish it, or to take it down, as long as nothing came after it."""
    look = reportable.look_at(session, kind, number, "sv")
    thing = reports.find_thing(session, kind, number)
    own = and_(Waiting.kind == kind, Waiting.noun_id == number)
    on_reports = and_(Waiting.kind == "report", Waiting.noun_id == (thing.id if thing else 0))
    told = select(Waiting).where(or_(own, on_reports), Waiting.told_at.is_not(None), Waiting.decision.in_(Decision))
    last = session.scalar(told.order_by(Waiting.told_at.desc(), Waiting.id.desc()).limit(1))
    if last is None or last.told_at is None or look is None or look.is_public:
        return None
    if last.decision != Decision.NOT_PUBLISHED:
        return None
    return Decided(
        f"moderation {last.id}", last.area_id, look.author_id, last.decided_by, last.told_at, look.label, look.title,
        look.text, look.language, reading.reasons(last.kind)[last.reason], rules.RULES.get(last.reason), last.note,
        last.note_language,
    )  # fmt: skip


def put_back(session: Session, kind: str, number: int, at: datetime) -> None:
    """In the state that it had before it was taken down; what never was public is published."""
    thing = reports.find_thing(session, kind, number)
    undo = reportable.KINDS[kind].put_back
    if undo is not None:
        undo(session, number, thing.before if thing else {}, at)
    if thing is not None:
        thing.taken_down_at, thing.before = None, {}
    session.flush()


def limited(session: Session, number: int) -> Decided | None:
    """A limit that holds on a person; the core team decides, since a coordinator set it."""
    try:
        one = restrictions.by_number(session, number)
    except NotFound:
        return None
    person = session.get_one(Person, one.person_id)
    where = one.area_id or person.area_id or areas.every(session)[0].id
    if one.lifted_at is not None:
        return None
    return Decided(
        f"restriction {one.id}", where, one.person_id, one.by, one.at, say("Limit"), "", "", person.language,
        one.reason_words, None, one.note, one.note_language, needs_core=True,
    )  # fmt: skip


def lift(session: Session, number: int, at: datetime) -> None:
    restrictions.lift(session, restrictions.by_number(session, number), by=None, at=at)


def _of(kind: str) -> Appealable:
    def decided(session: Session, number: int) -> Decided | None:
        return decided_about(session, kind, number)

    def overturn(session: Session, number: int, at: datetime) -> None:
        put_back(session, kind, number, at)

    return Appealable(decided, overturn)


for _kind in ("idea", "photo", "comment", "note"):
    appeals.appealable(_kind, _of(_kind))
appeals.appealable("restriction", Appealable(limited, lift))
