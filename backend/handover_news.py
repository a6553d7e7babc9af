"""Who hears of a handover: those who are asked, the coordinator who asked, and the followers of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, areas, case_news, cases, handovers, notices, reportable, texts
from .areas import Area
from .cases import Case
from .days import isolated
from .handovers import Handover, State
from .notices import Message, Notice
from .reportable import Look, Reportable
from .waiting import Waiting
from .wording import Wording, say

TELL_WITHIN = timedelta(days=30)


@handovers.when_changed
def follow(session: Session, handover: Handover, at: datetime) -> None:
    """Takers hear an offer, the coordinator an answer, and everybody who follows the case that it has an owner."""
    if handover.state == State.OFFERED:
        takers = handovers.by_number(session, handover.id).takers
        for person_id in sorted({one.person_id for one in takers if one.person_id}):
            _tell(session, handover, "handover_offered", person_id, at)
    elif handover.state in (State.ACCEPTED, State.DECLINED) and handover.offered_by is not None:
        _tell(session, handover, "handover_answered", handover.offered_by, at)
    if handover.state == State.ACCEPTED:
        case_news.tell(
            session, "case_handed_over", handover.case_id, noun_id=handover.id, area_id=handover.area_id, at=at
        )


@case_news.said("case_handed_over", anchor="stop-6")
def handed_over_words(session: Session, notice: Notice, language: str) -> Wording:
    found = handovers.by_number(session, notice.noun_id, case_id=notice.audience_id)
    return say("It is owned by %(names)s now. Both sides agree.", names=isolated(", ".join(found.owners)))


@notices.said("handover_offered", notices.Kind(longest=timedelta(days=28)))
def offered_words(session: Session, notice: Notice, language: str) -> Message:
    body = say("Will you build and own it? Open it and answer.")
    return _message(session, notice, language, body)


@notices.said("handover_answered", notices.Kind(longest=timedelta(days=28)))
def answered_words(session: Session, notice: Notice, language: str) -> Message:
    found = handovers.by_number(session, notice.noun_id)
    names = isolated(", ".join(found.owners))
    if found.row.state == State.ACCEPTED:
        return _message(session, notice, language, say("%(names)s will build and own it.", names=names))
    return _message(session, notice, language, say("%(names)s declined. Open it to read why.", names=names))


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """What both sides said, in the words of the offer's language."""
    query = (
        select(Handover, Area.slug, Case.texts_id)
        .join(Area, Area.id == Handover.area_id)
        .join(Case, Case.id == Handover.case_id)
        .where(Handover.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    takers = session.scalars(select(handovers.Taker).where(handovers.Taker.handover_id.in_(numbers))).all()
    answers = {one.id: [t.words for t in takers if t.handover_id == one.id and t.words] for one, _, _ in rows}
    return {
        one.id: Look(
            one.id, one.area_id, say("Handover %(number)s", number=one.id), said[texts_id]["title"].text,
            "\n".join([one.words, *answers[one.id]]), one.language, addresses.resources(language, slug, one.case_id),
            not one.is_hidden,
        )
        for one, slug, texts_id in rows
    }  # fmt: skip


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    handovers.hide(session, session.get_one(Handover, number), True)
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    handovers.hide(session, session.get_one(Handover, number), False)


reportable.offer("handover", Reportable(look_at, take_down, put_back))


def _tell(session: Session, handover: Handover, kind: str, person_id: int, at: datetime) -> None:
    notices.tell(
        session, kind=kind, area_id=handover.area_id, noun_id=handover.id, audience="person", audience_id=person_id,
        at=at, ends_at=at + TELL_WITHIN,
    )  # fmt: skip


def _message(session: Session, notice: Notice, language: str, body: Wording) -> Message:
    handover = session.get_one(Handover, notice.noun_id)
    title = texts.read_one(session, cases.by_number(session, handover.case_id).texts_id, language)["title"]
    slug = areas.by_id(session, handover.area_id).slug
    path = addresses.handover(language, slug, handover.case_id, handover.id)
    return Message(title.text, body.into(language), path)
