"""What can be appealed: that something was not published or was taken down, and a limit on a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from . import appeals, areas, idea_edits, idea_versions, ideas, reading, reportable, reports, restrictions, rules
from .appeals import Appealable, Decided
from .errors import NotFound
from .people import Person
from .reportable import Look
from .waiting import Decision, Waiting
from .wording import say

WITHOUT_PHOTO = say("Your idea was published without its photo.")


def decided_about(session: Session, kind: str, number: int) -> Decided | None:
    """The last decision not to publish it, or to take it down, as long as nothing came after it."""
    look = reportable.look_at(session, kind, number, "sv")
    last = _last_told(session, kind, number)
    if last is None or look is None or look.is_public or not _is_against_it(last, kind):
        return None
    return _decided(last, look, look.title, look.text)


def edit_refused(session: Session, number: int) -> Decided | None:
    """The last decision about an idea, where it left the older words and its author has sent no others since."""
    look = reportable.look_at(session, "idea", number, "sv")
    last = _last_told(session, "idea", number)
    if last is None or look is None or not look.is_public or last.kind != "idea":
        return None
    version = idea_versions.latest(session, ideas.by_number(session, number))
    if last.decision != Decision.NOT_PUBLISHED or version.number != last.round or version.state != last.decision:
        return None
    return _decided(last, look, version.title, version.text)


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


def _last_told(session: Session, kind: str, number: int) -> Waiting | None:
    thing = reports.find_thing(session, kind, number)
    own = and_(Waiting.kind == kind, Waiting.noun_id == number)
    on_reports = and_(Waiting.kind == "report", Waiting.noun_id == (thing.id if thing else 0))
    with_idea = and_(Waiting.kind == "idea", Waiting.noun_id == number, Waiting.photo_act != "")
    told = select(Waiting).where(Waiting.told_at.is_not(None), Waiting.decision.in_(Decision))
    mine = told.where(or_(own, on_reports, *([with_idea] if kind == "photo" else [])))
    return session.scalar(mine.order_by(Waiting.told_at.desc(), Waiting.id.desc()).limit(1))


def _is_against_it(last: Waiting, kind: str) -> bool:
    """A photo is also refused by publishing its idea without it."""
    return last.decision == Decision.NOT_PUBLISHED or (kind == "photo" and last.photo_act == "away")


def _decided(last: Waiting, look: Look, title: str, text: str) -> Decided:
    reason = reading.reasons(last.kind).get(last.reason, WITHOUT_PHOTO)
    return Decided(
        f"moderation {last.id}", last.area_id, look.author_id, last.decided_by, last.told_at or last.asked_at,
        look.label, title, text, look.language, reason, rules.RULES.get(last.reason), last.note, last.note_language,
    )  # fmt: skip


def _idea_decided(session: Session, number: int) -> Decided | None:
    return decided_about(session, "idea", number) or edit_refused(session, number)


def _overturn_idea(session: Session, number: int, at: datetime) -> None:
    if edit_refused(session, number) is not None:
        idea_edits.publish_after_all(session, ideas.by_number(session, number), at=at)
    else:
        put_back(session, "idea", number, at)


def _of(kind: str) -> Appealable:
    def decided(session: Session, number: int) -> Decided | None:
        return decided_about(session, kind, number)

    def overturn(session: Session, number: int, at: datetime) -> None:
        put_back(session, kind, number, at)

    return Appealable(decided, overturn)


appeals.appealable("idea", Appealable(_idea_decided, _overturn_idea))
for _kind in (
    "photo", "comment", "note", "insight", "pattern", "option", "argument", "trial", "need", "pledge",
    "adoption_report",
):  # fmt: skip
    appeals.appealable(_kind, _of(_kind))
appeals.appealable("restriction", Appealable(limited, lift))
