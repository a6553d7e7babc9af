"""How a pledge went: withdrawn by whoever promised it, or noted by the team as kept, withdrawn or promised again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case as sql_case
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from . import addresses, areas, audit, cases, days, moderation, needs, notices, pledges, stage_checks, texts, typed
from .cases import Stage
from .errors import NotAllowed, Refusal
from .needs import Need
from .notices import Message, Notice
from .people import Person
from .pledges import LONGEST_WORD, STATES, Pledge, Reading, State
from .wording import say

TELL_WITHIN = timedelta(days=30)  # a phone that was off for longer reads it on the page
CONTACTS_KEPT = timedelta(days=90)  # after it was kept; a promise that is withdrawn loses its contact at once


def may_withdraw(pledge: Pledge, person: Person | None) -> bool:
    return pledges.is_by(pledge, person) and pledge.state == State.PROMISED


def withdraw(session: Session, pledge: Pledge, *, by: Person, at: datetime) -> None:
    """Whoever promised it takes it back; twice changes nothing. NotAllowed for others, Refusal once it was kept."""
    if not pledges.is_by(pledge, by):
        raise NotAllowed(say("Only whoever promised this may do this."))
    if pledge.state == State.KEPT:
        raise Refusal(say("This promise was kept already."))
    moderation.withdraw(session, kind="pledge", noun_id=pledge.id, at=at)
    if pledge.reading == Reading.WAITING:
        pledge.reading = str(Reading.NOT_PUBLISHED)
    if pledge.state != State.WITHDRAWN:
        _settle(session, pledge, State.WITHDRAWN, at=at)


def note(session: Session, pledge: Pledge, state: str, *, word: str, language: str, by: Person, at: datetime) -> None:
    """What the team says of it: kept, withdrawn with a word, or promised again. NotAllowed, Refusal.

    Whoever promised it hears it. Nobody can be reached through a promise that was withdrawn.
    """
    needs.make_sure_may_write(session, by, cases.by_number(session, pledge.case_id))
    if state not in STATES:
        raise Refusal(say("Choose one of what is offered."), field="state")
    clean = typed.line(word, field="word", most=LONGEST_WORD, needed=state == State.WITHDRAWN)
    if (state, clean) == (pledge.state, pledge.word):
        return
    pledge.word, pledge.word_language = clean, language if clean else ""
    _settle(session, pledge, State(state), at=at)
    audit.note(session, f"pledge.{state}", at=at, by=by, area_id=pledge.area_id, noun_id=pledge.id)
    if pledge.person_id not in (None, by.id) and state != State.PROMISED:
        notices.tell(
            session, kind="pledge_noted", area_id=pledge.area_id, noun_id=pledge.id, audience="person",
            audience_id=pledge.person_id or 0, at=at, ends_at=at + TELL_WITHIN, values={"state": state},
        )  # fmt: skip


def forget_contacts(session: Session, at: datetime) -> int:
    """Nobody needs to be reached long after a promise was kept; how many there were."""
    kept = (Pledge.state == State.KEPT, Pledge.contact != "", Pledge.settled_at < at - CONTACTS_KEPT)
    ids = select(Pledge.id).where(*kept).order_by(Pledge.id).limit(500)
    change = update(Pledge).where(Pledge.id.in_(ids)).values(contact="").returning(Pledge.id)
    return len(session.scalars(change, execution_options={"synchronize_session": False}).all())


@notices.said("pledge_noted", notices.Kind(urgency="low", longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    """Raises NotFound when it is gone."""
    pledge = pledges.by_number(session, notice.noun_id)
    title = texts.read_one(session, cases.by_number(session, pledge.case_id).texts_id, language)["title"]
    case = days.isolated(title.text)
    if notice.values["state"] == State.KEPT:
        head, body = say("Your promise was kept"), say("The team of %(case)s thanks you.", case=case)
    else:
        head = say("Your promise is noted as withdrawn")
        body = say("%(case)s: %(word)s", case=case, word=days.isolated(pledge.word))
    path = addresses.pledge(language, areas.by_id(session, pledge.area_id).slug, pledge.case_id, pledge.id)
    return Message(head.into(language), body.into(language), path)


@stage_checks.usual(Stage.RESOURCES, say("At least half of it is promised or kept."))
def is_half_promised(session: Session, case_id: int) -> bool:
    """Half of the needs are promised in full, or closed."""
    counted = (Pledge.need_id == Need.id) & (Pledge.reading == Reading.PUBLIC) & (Pledge.state != State.WITHDRAWN)
    # What one promise counts is its number, or one; nothing where a need has no promise at all.
    amount = sql_case((Pledge.id.is_(None), 0), else_=func.coalesce(Pledge.how_much, 1))
    promised = func.sum(amount).label("promised")
    query = (
        select(Need.how_much, Need.closed_at, promised)
        .outerjoin(Pledge, counted)
        .where(Need.case_id == case_id, Need.is_hidden.is_(False))
        .group_by(Need.id, Need.how_much, Need.closed_at)
    )
    rows = session.execute(query).all()
    met = [row for row in rows if row.closed_at is not None or row.promised >= (row.how_much or 1)]
    return bool(rows) and 2 * len(met) >= len(rows)


def _settle(session: Session, pledge: Pledge, state: State, *, at: datetime) -> None:
    pledge.state, pledge.settled_at = str(state), None if state == State.PROMISED else at
    if state == State.WITHDRAWN:
        pledge.contact = ""
    pledges.changed(session, pledge)
