from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import openings, rounds, texts, votes
from backend.areas import Area
from backend.errors import Refusal
from backend.prototypes import Prototype
from backend.votes import Choice, Standing
from tests.backend.test_votes import vote
from tests.conftest import NOON
from tests.makers import a_case, an_open_round, ana, bo, karin, seved, three_prototypes

IN_A_DAY, IN_A_WEEK = NOON + timedelta(days=1), NOON + timedelta(days=7)


def prepared(session: Session, area: Area, *costs: int | None) -> tuple[dict[str, Any], list[Prototype]]:
    """What opens a round of a new case with three prototypes, which may cost something."""
    by, case = karin(session, area), a_case(session, area)
    made = three_prototypes(session, case, by)
    for prototype, cost in zip(made, costs, strict=False):
        prototype.cost = cost
    session.flush()
    how = {
        "case": case, "prototypes": [one.id for one in made], "by_language": {"sv": {"question": "Vad?"}},
        "original": "sv", "closes_at": IN_A_WEEK, "by": by, "at": NOON, "show_originals": True,
    }  # fmt: skip
    return how, made


def test_a_round_opens_by_itself_at_its_hour(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area, opens_at=IN_A_DAY)
    voter = ana(session, area)
    [choice, *_] = session.scalars(select(Choice.prototype_id).where(Choice.round_id == round_.id)).all()

    with pytest.raises(Refusal):
        vote(session, round_, voter, [choice], at=IN_A_DAY - timedelta(seconds=1))
    vote(session, round_, voter, [choice], at=IN_A_DAY)

    assert votes.standing(round_, NOON) == Standing.TO_COME
    assert votes.standing(round_, IN_A_DAY) == Standing.OPEN


def test_the_roll_is_taken_when_the_round_opens_and_not_before(session: Session) -> None:
    area = seved(session)
    ana(session, area)
    round_ = an_open_round(session, area, opens_at=IN_A_DAY)
    bo(session, area)

    before = openings.begin_due(session, at=IN_A_DAY - timedelta(seconds=1))
    begun = openings.begin_due(session, at=IN_A_DAY)
    again = openings.begin_due(session, at=IN_A_DAY)

    assert (before, begun, again) == ([], [round_], [])
    assert round_.roll_at_opening == 2


def test_who_joins_late_may_vote_and_the_roll_says_so(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    late = ana(session, area)
    [choice, *_] = session.scalars(select(Choice.prototype_id).where(Choice.round_id == round_.id)).all()

    vote(session, round_, late, [choice], at=IN_A_WEEK - timedelta(seconds=1))

    assert round_.roll_at_opening == 0
    assert votes.roll(session, area.id) == 1


def test_the_start_page_knows_when_the_next_round_opens(session: Session) -> None:
    area = seved(session)
    an_open_round(session, area, opens_at=IN_A_DAY)

    assert rounds.next_opening(session, area.id, at=NOON) == IN_A_DAY
    assert rounds.next_opening(session, area.id, at=IN_A_DAY) is None


@pytest.mark.parametrize(
    "changed,field",
    [
        ({"opens_at": NOON - timedelta(seconds=1)}, "opens_at"),
        ({"opens_at": IN_A_WEEK}, "closes_at"),
        ({"fund": 0}, "fund"),
        ({"fund": openings.LARGEST_FUND + 1}, "fund"),
        ({"fund": 999}, "fund"),  # pays for none
        ({"show_originals": False}, "show_originals"),
    ],
)
def test_a_round_that_makes_no_sense_is_not_opened(session: Session, changed: dict[str, Any], field: str) -> None:
    how, _ = prepared(session, seved(session), 1000, 2000, 3000)

    with pytest.raises(Refusal) as refused:
        openings.open_round(session, **{**how, **changed})

    assert refused.value.field == field


@pytest.mark.parametrize("cost", [None, 0])
def test_a_fund_wants_a_cost_of_each_prototype(session: Session, cost: int | None) -> None:
    how, _ = prepared(session, seved(session), 1000, 2000, cost)

    with pytest.raises(Refusal) as refused:
        openings.open_round(session, **how, fund=3000)

    assert refused.value.field == "prototypes"


def test_the_ballot_keeps_the_costs_that_voters_saw(session: Session) -> None:
    how, made = prepared(session, seved(session), 1000, 2000, 3000)
    round_ = openings.open_round(session, **how, fund=3000)

    made[0].cost = 1
    session.flush()

    assert [one.cost for one in rounds.offered(session, round_.id, "sv")] == [1000, 2000, 3000]
    assert (round_.fund, round_.winners) == (3000, 0)


def test_what_is_missing_in_a_language_is_told(session: Session) -> None:
    _, [first, second, third] = prepared(session, seved(session))
    told = {"title": "The table", "lines": "Food.\nEach Thursday."}
    for tag in ("en", "ar"):
        texts.rewrite(session, first.texts_id, tag, told)
    texts.rewrite(session, second.texts_id, "en", told)
    texts.rewrite(session, third.texts_id, "ar", {"title": "المائدة"})  # without its lines

    found = openings.missing(session, [first.id, second.id, third.id])

    assert found == {second.id: ["ar"], third.id: ["en", "ar"]}


def test_a_ballot_that_is_told_in_every_language_needs_no_word_on_it(session: Session) -> None:
    how, made = prepared(session, seved(session))
    for prototype in made:
        for tag in ("en", "ar"):
            texts.rewrite(session, prototype.texts_id, tag, {"title": "The table", "lines": "Food."})

    assert openings.open_round(session, **{**how, "show_originals": False}).id
