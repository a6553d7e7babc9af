"""What follows when somebody has promised something, and when that has been read: who hears it, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    case_news,
    cases,
    days,
    idea_answers,
    moderation,
    notices,
    pledges,
    reading,
    reportable,
    rules,
    staff,
    texts,
)
from .areas import Area
from .moderation import Decision, Shown, Waiting
from .needs import KINDS
from .notices import Message, Notice
from .people import GivenRole, Person, Role
from .pledges import Pledge, Reading
from .reading import About, Sent
from .reportable import Look, Reportable
from .wording import say

TELL_WITHIN = timedelta(days=30)
REASONS = {code: words for code, words in idea_answers.REASONS.items() if code != "repeats_another"}
WHY = {**rules.TAKEN_DOWN, **REASONS}  # each reason that whoever promised may read
moderation.offer_reasons("pledge", REASONS)
reading.name_kind("pledge", say("Promises"))


# --- what the queue asks ---


@moderation.when_decided("pledge")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    """It is shown to everybody, or whoever promised hears why not; the team goes on seeing it."""
    pledge = pledges.by_number(session, waiting.noun_id)
    if pledge.reading != Reading.WAITING:
        return
    if waiting.decision == Decision.APPROVED:
        pledges.publish(session, pledge, at=at)
    else:
        pledges.refuse(
            session, pledge, reading=Reading.NOT_PUBLISHED, reason=waiting.reason, note=waiting.note,
            tongue=waiting.note_language,
        )  # fmt: skip
    if pledge.person_id is not None:
        notices.tell(
            session, kind="pledge_read", area_id=pledge.area_id, noun_id=pledge.id, audience="person",
            audience_id=pledge.person_id, at=at, ends_at=at + TELL_WITHIN, values={"reason": pledge.reason},
        )  # fmt: skip


@moderation.author_of("pledge")
def author_of(session: Session, number: int) -> int | None:
    return session.scalar(select(Pledge.person_id).where(Pledge.id == number))


@moderation.when_corrected("pledge")
def correct_language(session: Session, number: int, language: str) -> None:
    pledge = pledges.by_number(session, number)
    pledge.language = language
    pledges.changed(session, pledge)


@reading.counts_sent("pledge")
def sent(session: Session, person_id: int) -> Sent:
    query = select(Pledge.reading, func.count()).where(Pledge.person_id == person_id).group_by(Pledge.reading)
    found = {row[0]: row[1] for row in session.execute(query)}
    refused = found.get(Reading.NOT_PUBLISHED, 0) + found.get(Reading.HIDDEN, 0)
    return Sent(sum(found.values()), found.get(Reading.PUBLIC, 0), refused)


@moderation.shown("pledge")
def shown(session: Session, numbers: Sequence[int], language: str) -> dict[int, Shown]:
    """How promises look to a moderator: their words, and the name that everybody would read."""
    return {
        number: Shown(
            "", look.text, look.language, number, author_name=look.author_name, author_language=look.author_language,
            label=look.label, about=About(look.title, language, look.path), facts=_facts(pledge),
        )
        for number, (look, pledge) in _looks(session, numbers, language).items()
    }  # fmt: skip


# --- who hears of it ---


@pledges.when_promised
def tell_coordinators(session: Session, pledge: Pledge, at: datetime) -> None:
    """The area's coordinators, or the core team where it has none; never whoever promised."""
    own = select(GivenRole.person_id).where(GivenRole.role == Role.COORDINATOR, GivenRole.area_id == pledge.area_id)
    receivers = set(session.scalars(own)) or staff.everywhere(session, Role.CORE)
    for person_id in sorted(receivers - {pledge.person_id}):
        notices.tell(
            session, kind="pledge_made", area_id=pledge.area_id, noun_id=pledge.id, audience="person",
            audience_id=person_id, at=at, ends_at=at + TELL_WITHIN,
        )  # fmt: skip


@notices.said("pledge_made", notices.Kind(urgency="low"))
def made_words(session: Session, notice: Notice, language: str) -> Message:
    pledge = pledges.by_number(session, notice.noun_id)
    body = say("%(kind)s: %(words)s", kind=KINDS[pledge.kind], words=case_news.excerpt(pledge.words))
    title = say("Somebody promises something")
    return Message(title.into(language), body.into(language), _path(session, pledge, language))


@notices.said("pledge_read", notices.Kind(longest=timedelta(days=28)))
def read_words(session: Session, notice: Notice, language: str) -> Message:
    pledge = pledges.by_number(session, notice.noun_id)
    reason = WHY.get(notice.values["reason"])
    if reason is None:
        title, body = say("A person has read your promise"), say("Everybody can read it now.")
    else:
        title, body = say("Your promise was not published"), reason
    return Message(title.into(language), body.into(language), _path(session, pledge, language))


# --- what is reported ---


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    return {number: look for number, (look, _) in _looks(session, numbers, language).items()}


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    pledges.refuse(
        session, pledges.by_number(session, number), reading=Reading.HIDDEN, reason=waiting.reason, note=waiting.note,
        tongue=waiting.note_language,
    )  # fmt: skip
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    pledges.publish(session, pledges.by_number(session, number), at=at)


reportable.offer("pledge", Reportable(look_at, take_down, put_back, say("Your promise was taken down")))


# --- private parts ---


def _facts(pledge: Pledge) -> list[Any]:
    if not pledge.name:
        return [say("It will stand there without a name.")]
    return [say("It will stand there with this name: %(name)s", name=days.isolated(pledge.name))]


def _looks(session: Session, numbers: Sequence[int], language: str) -> dict[int, tuple[Look, Pledge]]:
    """{number: (how it looks, the promise)} in two statements."""
    query = (
        select(Pledge, Area.slug, cases.Case.texts_id, Person.name, Person.language)
        .join(Area, Area.id == Pledge.area_id)
        .join(cases.Case, cases.Case.id == Pledge.case_id)
        .outerjoin(Person, Person.id == Pledge.person_id)
        .where(Pledge.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return {
        one.id: (
            Look(
                one.id, one.area_id, say("Promise %(number)s", number=one.id), said[texts_id]["title"].text, one.words,
                one.language, addresses.resources(language, slug, one.case_id), one.reading == Reading.PUBLIC,
                one.person_id, name or "", reads or "",
            ),
            one,
        )
        for one, slug, texts_id, name, reads in rows
    }  # fmt: skip


def _path(session: Session, pledge: Pledge, language: str) -> str:
    return addresses.pledge(language, areas.by_id(session, pledge.area_id).slug, pledge.case_id, pledge.id)
