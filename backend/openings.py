"""Opening and closing a round: what is asked, of which prototypes, by which rule, from when until when.

A round may open at a later hour. Nothing has to run then: the clock decides who may vote. The worker only writes down
how many could, since the size of the roll at the opening is published.
"""

from __future__ import annotations

import secrets as chance
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, languages, revisions, texts, typed
from .cases import Case, may_lead
from .errors import NotAllowed, Refusal
from .people import Person
from .prototypes import Prototype, State
from .texts import TextLine
from .votes import Choice, Round, Standing, roll, standing
from .wording import say

LONGEST_QUESTION = 120  # characters
LARGEST_FUND = 1_000_000  # kronor; a larger one is no small fund
ON_THE_BALLOT = ("title", "lines")  # the texts that voters read


def open_round(
    session: Session, case: Case, *, prototypes: Sequence[int], by_language: Mapping[str, Mapping[str, str]],
    original: str, closes_at: datetime, by: Person, at: datetime, opens_at: datetime | None = None, winners: int = 1,
    fund: int | None = None, quorum: int = 0, show_originals: bool = False,
) -> Round:  # fmt: skip
    """Makes a round on the prototypes of these numbers; {"sv": {"question": ...}} is what it asks.

    It opens at opens_at, empty: now. With a fund (kronor) winners says nothing. show_originals: texts that are missing
    in a language are shown in their own, with its name.

    NotAllowed unless by leads the area's cases; Refusal when there is nothing to choose between, when a prototype is
    foreign, stopped, without a cost that the fund needs or not told in every language, when it would close before it
    opens, or when the case has a vote already.
    """
    if not may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    costs = _checked_offer(session, case, prototypes)
    _check_rule(costs, winners, fund)
    opens_at = _checked_times(opens_at, closes_at, at)
    running = select(Round.id).where(Round.case_id == case.id, Round.counted_at.is_(None))
    if session.scalar(running) is not None:
        raise Refusal(say("This case has a vote that is not counted yet."))
    typed.line(by_language.get(original, {}).get("question"), field="question", most=LONGEST_QUESTION)
    if not show_originals and missing(session, prototypes):
        raise Refusal(
            say("Some prototypes are not told in every language. Say that their own language may be shown."),
            field="show_originals",
        )
    is_now = opens_at <= at
    new = Round(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, by_language, original=original).id,
        winners=winners if fund is None else 0, fund=fund, quorum=quorum, opens_at=opens_at, closes_at=closes_at,
        secret=chance.token_bytes(32), lot=chance.token_hex(32), awaits_opening=not is_now,
        roll_at_opening=roll(session, case.area_id) if is_now else 0, created_by=by.id,
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.add_all(
        Choice(round_id=new.id, prototype_id=number, position=place, cost=costs[number])
        for place, number in enumerate(prototypes)
    )
    session.flush()
    audit.note(session, "round.opened", at=at, by=by, area_id=case.area_id, noun_id=new.id)
    revisions.raise_(session, case.area_id, "votes", "cases")
    return new


def close(session: Session, round_: Round, *, by: Person, at: datetime) -> None:
    """Ends an open round now; a worker counts it then. NotAllowed, Refusal when it is not open."""
    if not may_lead(by, round_.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    session.refresh(round_, with_for_update=True)
    if standing(round_, at) != Standing.OPEN or at <= round_.opens_at:
        raise Refusal(say("This vote is not open."))
    round_.closes_at = at
    session.flush()
    audit.note(session, "round.closed", at=at, by=by, area_id=round_.area_id, noun_id=round_.id)
    revisions.raise_(session, round_.area_id, "votes", "cases")


def begin_due(session: Session, *, at: datetime) -> list[Round]:
    """Writes the roll of the rounds whose hour has come; returns those. Twice changes nothing."""
    due = select(Round).where(Round.awaits_opening.is_(True), Round.opens_at <= at).order_by(Round.id)
    rounds = session.scalars(due.with_for_update(), execution_options={"populate_existing": True}).all()
    for round_ in rounds:
        round_.roll_at_opening, round_.awaits_opening = roll(session, round_.area_id), False
        session.flush()
        revisions.raise_(session, round_.area_id, "votes", "cases")
    return list(rounds)


def missing(session: Session, prototypes: Collection[int]) -> dict[int, list[str]]:
    """{prototype: tags of the offered languages in which its title or its lines do not stand}. One statement."""
    query = (
        select(Prototype.id, TextLine.name, TextLine.language)
        .outerjoin(TextLine, (TextLine.set_id == Prototype.texts_id) & TextLine.name.in_(ON_THE_BALLOT))
        .where(Prototype.id.in_(prototypes))
    )
    told: dict[int, set[tuple[str, str]]] = {number: set() for number in prototypes}
    for number, name, language in session.execute(query):
        told[number].add((name, language))
    lacks = {
        number: [one.tag for one in languages.OFFERED if not {(name, one.tag) for name in ON_THE_BALLOT} <= there]
        for number, there in told.items()
    }
    return {number: tags for number, tags in lacks.items() if tags}


def _checked_offer(session: Session, case: Case, prototypes: Sequence[int]) -> dict[int, int | None]:
    """{prototype: what it costs}."""
    if len(prototypes) < 2:
        raise Refusal(say("Choose at least two prototypes."), field="prototypes")
    standing_ones = select(Prototype.id, Prototype.cost)
    standing_ones = standing_ones.where(Prototype.case_id == case.id, Prototype.state != State.STOPPED)
    known: dict[int, int | None] = dict(session.execute(standing_ones).all())
    if len(set(prototypes)) != len(prototypes) or not set(prototypes) <= known.keys():
        raise Refusal(say("Choose among the prototypes of this case."), field="prototypes")
    return {number: known[number] for number in prototypes}


def _check_rule(costs: Mapping[int, int | None], winners: int, fund: int | None) -> None:
    if fund is None:
        if not 1 <= winners < len(costs):
            raise Refusal(say("Fewer may go on than there are to choose from."), field="winners")
        return
    if not 1 <= fund <= LARGEST_FUND:
        raise Refusal(say("A small fund has at most %(most)s kronor.", most=LARGEST_FUND), field="fund")
    if not all(costs.values()):
        raise Refusal(say("To share a fund, each prototype needs a cost of its own."), field="prototypes")
    if min(cost or 0 for cost in costs.values()) > fund:
        raise Refusal(say("The fund does not pay for any of these prototypes."), field="fund")


def _checked_times(opens_at: datetime | None, closes_at: datetime, at: datetime) -> datetime:
    if closes_at <= at:
        raise Refusal(say("Choose a day and hour that is still to come."), field="closes_at")
    if opens_at is not None and opens_at < at:
        raise Refusal(say("Choose a day and hour that is still to come."), field="opens_at")
    if opens_at is not None and opens_at >= closes_at:
        raise Refusal(say("It must close after it opens."), field="closes_at")
    return opens_at or at
