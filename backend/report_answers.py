"""What follows when a person has read a report: the thing stays or is taken down, and everybody it concerns hears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, areas, notices, reading, reportable, rules
from .days import isolated
from .errors import NotFound, Refusal
from .notices import Message, Notice
from .reading import About, Label, Planned, Shown
from .reportable import Look
from .reports import REASONS, Report, ReportedThing
from .waiting import Decision, Waiting
from .wording import Wording, say, say_count

TELL_WITHIN = timedelta(days=30)
MOST_QUOTED = 20  # reports whose words stand before whoever decides
STAYS, TAKEN_DOWN, GONE = "stays", "taken_down", "gone"

reading.name_kind("report", say("Reports"))
reading.offer_reasons("report", dict(rules.TAKEN_DOWN))
reading.offer_decisions(
    "report", Decision.APPROVED, Decision.NOT_PUBLISHED,
    labels={
        Decision.APPROVED: Label(say("It stays"), say("It stays")),
        Decision.NOT_PUBLISHED: Label(say("Take it down"), say("Taken down")),
    },
)  # fmt: skip


@reading.author_of("report")
def author_of(session: Session, thing_id: int) -> int | None:
    """Whoever wrote the reported thing."""
    look = _look_at(session, session.get_one(ReportedThing, thing_id), "sv")
    return look.author_id if look else None


@reading.shown("report")
def shown(session: Session, thing_ids: Sequence[int], language: str) -> dict[int, Shown]:
    """Each reported thing with what is said against it; two statements, and what each kind of thing needs."""
    things = list(session.scalars(select(ReportedThing).where(ReportedThing.id.in_(thing_ids))))
    looks: dict[tuple[str, int], Look] = {}
    for kind in {thing.kind for thing in things}:
        numbers = [thing.noun_id for thing in things if thing.kind == kind]
        looks |= {(kind, number): look for number, look in _known(kind).look(session, numbers, language).items()}
    said = _said_of(session, thing_ids)
    return {
        thing.id: _shown(looks[thing.kind, thing.noun_id], said.get(thing.id, []))
        for thing in things
        if (thing.kind, thing.noun_id) in looks
    }


@reading.before_decided("report")
def make_sure_it_can_go(session: Session, waiting: Waiting, planned: Planned) -> None:
    """Raises Refusal for what is mended and not taken away, such as a case."""
    thing = session.get_one(ReportedThing, waiting.noun_id)
    if planned.decision == Decision.NOT_PUBLISHED and _known(thing.kind).take_down is None:
        raise Refusal(say("This can't be taken down. Let its coordinator mend it, then answer that it stays."))


@reading.when_decided("report")
def follow(session: Session, waiting: Waiting, at: datetime) -> None:
    """Carries the decision out; all who reported it so far are answered once."""
    thing = session.get_one(ReportedThing, waiting.noun_id)
    look = _look_at(session, thing, waiting.note_language or "sv")
    outcome = GONE if look is None or not look.is_public else STAYS
    if look and look.is_public and waiting.decision == Decision.NOT_PUBLISHED:
        take_down = _known(thing.kind).take_down
        thing.before = take_down(session, thing.noun_id, waiting, at) if take_down else {}
        thing.taken_down_at, outcome = at, TAKEN_DOWN
        _tell_author(session, thing, look, waiting, at)
    for one in session.scalars(select(Report).where(Report.thing_id == thing.id, Report.answered_at.is_(None))):
        _answer(session, one, outcome, waiting, at)
    session.flush()


@notices.said("report_answered", notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    one = session.get(Report, notice.noun_id)
    if one is None:
        raise NotFound(say("There is no report of yours with this number."))
    path = addresses.report(language, areas.by_id(session, notice.area_id).slug, one.id)
    body = say("Report %(number)s: %(outcome)s", number=one.id, outcome=outcome_words(one))
    return Message(say("Your report is answered").into(language), body.into(language), path)


@notices.said("taken_down", notices.Kind(longest=timedelta(days=28)))
def taken_down_words(session: Session, notice: Notice, language: str) -> Message:
    kind, number = notice.values["kind"], notice.values["number"]
    path = addresses.objection(language, areas.by_id(session, notice.area_id).slug, kind, number)
    body = say(
        "%(reason)s It said: %(title)s. You can object.", reason=rules.TAKEN_DOWN[notice.values["reason"]],
        title=isolated(notice.values["title"]),
    )  # fmt: skip
    return Message(_known(kind).taken_words.into(language), body.into(language), path)


def outcome_words(one: Report) -> Wording:
    """What came of a report, to whoever made it."""
    if one.outcome == TAKEN_DOWN:
        return say("A person read it. It does not stand here any more.")
    if one.outcome == GONE:
        return say("It was gone already when a person read your report.")
    return say("A person read it. It breaks none of our rules, so it stays.")


# --- private parts ---


def _known(kind: str) -> reportable.Reportable:
    return reportable.KINDS[kind]


def _look_at(session: Session, thing: ReportedThing, language: str) -> Look | None:
    return reportable.look_at(session, thing.kind, thing.noun_id, language)


def _said_of(session: Session, thing_ids: Sequence[int]) -> dict[int, list[Wording]]:
    """{thing id: how many reported it and why, then their own words}; of those not answered yet, else of all."""
    query = select(Report.thing_id, Report.reason, Report.words, Report.contact, Report.answered_at)
    rows = session.execute(query.where(Report.thing_id.in_(thing_ids)).order_by(Report.id)).all()
    found: dict[int, list[Wording]] = {}
    for thing_id in {row.thing_id for row in rows}:
        own = [row for row in rows if row.thing_id == thing_id]
        waiting = [row for row in own if row.answered_at is None] or own
        counted = Counter(row.reason for row in waiting).most_common()
        found[thing_id] = [
            say_count("%(number)s person reported this.", "%(number)s people reported this.", len(waiting)),
            *(say("%(reason)s: %(times)s.", reason=REASONS[reason], times=times) for reason, times in counted),
            *(say("One writes: %(words)s", words=isolated(row.words)) for row in waiting[:MOST_QUOTED] if row.words),
            *(say("One can be reached: %(contact)s", contact=isolated(row.contact)) for row in waiting if row.contact),
        ]
    return found


def _shown(look: Look, facts: list[Wording]) -> Shown:
    return Shown(
        look.title, look.text, look.language, look.number, author_name=look.author_name,
        author_language=look.author_language, photo_key=look.photo_key, photo_alt=look.photo_alt,
        sound_key=look.sound_key, label=say("Report: %(thing)s", thing=look.label),
        about=About(look.title, look.language, look.path), facts=facts,
    )  # fmt: skip


def _tell_author(session: Session, thing: ReportedThing, look: Look, waiting: Waiting, at: datetime) -> None:
    if look.author_id is None or _known(thing.kind).tells_itself:
        return
    values = {"kind": thing.kind, "number": thing.noun_id, "reason": waiting.reason, "title": look.title}
    notices.tell(
        session, kind="taken_down", area_id=thing.area_id, noun_id=thing.id, audience="person",
        audience_id=look.author_id, at=at, ends_at=at + TELL_WITHIN, values=values,
    )  # fmt: skip


def _answer(session: Session, one: Report, outcome: str, waiting: Waiting, at: datetime) -> None:
    one.outcome, one.answered_at, one.contact = outcome, at, ""
    if outcome == STAYS:
        one.note, one.note_language = waiting.note, waiting.note_language
    if one.by_id is not None:
        notices.tell(
            session, kind="report_answered", area_id=one.area_id, noun_id=one.id, audience="person",
            audience_id=one.by_id, at=at, ends_at=at + TELL_WITHIN,
        )  # fmt: skip
