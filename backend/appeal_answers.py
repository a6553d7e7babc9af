"""What follows when another person has read an appeal: the first decision is turned over, or it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, areas, notices, people, reading, rules
from .appeals import KINDS, TELL_WITHIN, Appeal, Decided
from .days import Day, isolated
from .errors import NotFound
from .notices import Message, Notice
from .reading import Label, Shown
from .waiting import Decision, Waiting
from .wording import Wording, say

CHANGED, STANDS, GONE = "changed", "stands", "gone"
REASONS = {"same_reason": say("The reason that you read first still holds."), **rules.TAKEN_DOWN}

reading.name_kind("appeal", say("Objections"))
reading.offer_reasons("appeal", REASONS)
reading.offer_decisions(
    "appeal", Decision.APPROVED, Decision.NOT_PUBLISHED,
    labels={
        Decision.APPROVED: Label(say("Change the decision"), say("The decision was changed")),
        Decision.NOT_PUBLISHED: Label(say("The decision stands"), say("The decision stood")),
    },
)  # fmt: skip


@reading.author_of("appeal")
def author_of(session: Session, appeal_id: int) -> int | None:
    return session.scalar(select(Appeal.person_id).where(Appeal.id == appeal_id))


@reading.shown("appeal")
def shown(session: Session, appeal_ids: Sequence[int], language: str) -> dict[int, Shown]:
    """What was decided about, with the first decision, who made it, and what its author says against it."""
    found = session.scalars(select(Appeal).where(Appeal.id.in_(appeal_ids)))
    return {appeal.id: _shown(session, appeal) for appeal in found}


@reading.when_decided("appeal")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    """Turns the first decision over or leaves it, and tells whoever objected; it may be gone by now."""
    appeal = session.get_one(Appeal, waiting.noun_id)
    decided = KINDS[appeal.kind].decided(session, appeal.noun_id)
    appeal.outcome, appeal.answered_at = STANDS, at
    if decided is None or decided.key != appeal.decision:
        appeal.outcome = GONE
    elif waiting.decision == Decision.APPROVED:
        appeal.outcome = CHANGED
        KINDS[appeal.kind].overturn(session, appeal.noun_id, at)
    appeal.reason, appeal.note, appeal.note_language = waiting.reason, waiting.note, waiting.note_language
    session.flush()
    notices.tell(
        session, kind="appeal_decided", area_id=appeal.area_id, noun_id=appeal.id, audience="person",
        audience_id=appeal.person_id, at=at, ends_at=at + TELL_WITHIN,
    )  # fmt: skip


@notices.said("appeal_decided", notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    appeal = _known(session, notice)
    path = addresses.own_appeal(language, areas.by_id(session, notice.area_id).slug, appeal.id)
    return Message(say("Your objection is decided").into(language), outcome_words(appeal).into(language), path)


@notices.said("appeal_waits", notices.Kind(longest=timedelta(days=7)))
def waiting_words(session: Session, notice: Notice, language: str) -> Message:
    """To operators, who can give somebody the role that is missing."""
    area = areas.by_id(session, notice.area_id)
    body = say("In %(area)s nobody may decide it. Give somebody the core team's role.",
               area=isolated(area.name_in(language)))  # fmt: skip
    return Message(say("An objection waits for nobody").into(language), body.into(language), f"/{language}/")


def outcome_words(appeal: Appeal) -> Wording:
    """What came of it, to whoever objected."""
    if appeal.outcome == CHANGED:
        return say("Another person read it and agrees with you. The decision is changed.")
    if appeal.outcome == GONE:
        return say("What you objected to does not hold any more.")
    reason = REASONS.get(appeal.reason)
    stands = say("Another person read it. The first decision stands.")
    return say("%(stands)s %(reason)s", stands=stands, reason=reason) if reason else stands


# --- private parts ---


def _known(session: Session, notice: Notice) -> Appeal:
    appeal = session.get(Appeal, notice.noun_id)
    if appeal is None:
        raise NotFound(say("There is no objection of yours with this number."))
    return appeal


def _shown(session: Session, appeal: Appeal) -> Shown:
    decided = KINDS[appeal.kind].decided(session, appeal.noun_id)
    author = people.by_id(session, appeal.person_id)
    own_words = say("Whoever wrote it objects: %(words)s", words=isolated(appeal.words))
    if decided is None or decided.key != appeal.decision:
        gone = say("What was decided first does not hold any more.")
        return Shown("", appeal.words, appeal.language, appeal.id, label=say("Objection"), facts=(gone,))
    return Shown(
        decided.title, decided.text, decided.language, appeal.noun_id, author_name=author.name if author else "",
        author_language=author.language if author else "", label=say("Objection: %(thing)s", thing=decided.label),
        facts=(own_words, *_first_decision(session, decided)),
    )  # fmt: skip


def _first_decision(session: Session, decided: Decided) -> list[Wording]:
    """Who decided first, when, and with which reason."""
    first = people.by_id(session, decided.by_id) if decided.by_id else None
    name = isolated(first.name) if first and first.name else say("Somebody")
    day = Day(decided.told_at, areas.by_id(session, decided.area_id).zone)
    facts = [say("%(name)s decided first, %(day)s: %(reason)s", name=name, day=day, reason=decided.reason)]
    if decided.note:
        facts.append(say("With these words: %(note)s", note=isolated(decided.note)))
    return facts
