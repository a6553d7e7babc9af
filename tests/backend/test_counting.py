from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import approval, counting, people, prototypes, receipts, rounds, votes
from backend.people import Level
from backend.votes import Ballot, CountedBallot, Round
from tests.backend.test_votes import offered, vote
from tests.conftest import NOON
from tests.makers import an_open_round, karin, seved

CLOSED = NOON + timedelta(days=7)


def cast_many(session: Session, round_: Round, ballots: list[list[int]]) -> list[receipts.Receipt]:
    """A resident of their own for each ballot."""
    voters = [
        people.add(session, language="sv", level=Level.RESIDENT, area_id=round_.area_id, at=NOON) for _ in ballots
    ]
    return [vote(session, round_, voter, choices) for voter, choices in zip(voters, ballots, strict=True)]


def ticks_of(session: Session, round_: Round) -> list[int | None]:
    return [one.ticks for one in rounds.offered(session, round_.id, "sv")]


def test_a_closed_round_is_counted_and_its_ballots_lose_their_voters(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    a, b, c = offered(session, round_)
    made = cast_many(session, round_, [[a], [a, b], [b], [a, c]] * 3)

    counting.count_closed(session, at=CLOSED)

    assert ticks_of(session, round_) == [9, 6, 3]
    assert [one.goes_on for one in rounds.offered(session, round_.id, "sv")] == [True, False, False]
    assert session.scalar(select(func.count()).select_from(Ballot)) == 0
    assert (round_.secret, round_.ballots, round_.counted_at) == (None, 12, CLOSED)
    assert sorted(one.commitment for one in made) == [one.commitment for one in rounds.published(session, round_.id)]


def test_everything_published_can_be_counted_again_by_anybody(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    a, b, c = offered(session, round_)
    cast_many(session, round_, [[a], [b, c], [c]] * 4)

    counting.count_closed(session, at=CLOSED)

    ballots = rounds.published(session, round_.id)
    again = approval.count([(ballot.choices, 1) for ballot in ballots], [a, b, c])
    assert [again[one] for one in (a, b, c)] == ticks_of(session, round_)
    for ballot in ballots:
        assert ballot.commitment == receipts.commitment(
            round_.id, ballot.choices, client_nonce=ballot.client_nonce, server_nonce=ballot.server_nonce
        )


def test_few_ballots_leave_only_totals_and_codes(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    a, b, _ = offered(session, round_)
    cast_many(session, round_, [[a, b]] * (votes.FEWEST_TO_PUBLISH - 1))

    counting.count_closed(session, at=CLOSED)

    left = session.scalars(select(CountedBallot)).all()
    assert ticks_of(session, round_) == [9, 9, 0]
    assert len(left) == 9
    assert {(one.choices, one.client_nonce, one.server_nonce) for one in left} == {("", "", "")}


def test_a_round_is_counted_once_however_often_the_job_runs(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    cast_many(session, round_, [offered(session, round_)[:1]])

    counted = [counting.count_closed(session, at=CLOSED + timedelta(minutes=later)) for later in (0, 1)]

    assert [[one.id for one in each] for each in counted] == [[round_.id], []]
    assert round_.counted_at == CLOSED


def test_an_open_round_is_not_counted(session: Session) -> None:
    round_ = an_open_round(session, seved(session))

    assert counting.count_closed(session, at=CLOSED - timedelta(seconds=1)) == []
    assert ticks_of(session, round_) == [None, None, None]


def test_equals_are_told_apart_by_the_lot_sealed_at_the_opening(session: Session) -> None:
    round_ = an_open_round(session, seved(session), winners=1)
    a, b, c = offered(session, round_)
    seal = approval.seal(round_.lot)
    cast_many(session, round_, [[a, b]])

    counting.count_closed(session, at=CLOSED)

    first = min((a, b), key=lambda choice: approval.place_in_lot(round_.lot, choice))
    assert [one.prototype_id for one in rounds.offered(session, round_.id, "sv") if one.goes_on] == [first]
    assert approval.seal(round_.lot) == seal
    assert approval.had_tie({a: 1, b: 1, c: 0}, 1, round_.lot)


def test_nothing_goes_on_when_too_few_have_voted(session: Session) -> None:
    round_ = an_open_round(session, seved(session), quorum=2)
    cast_many(session, round_, [offered(session, round_)[:1]])

    counting.count_closed(session, at=CLOSED)

    assert ticks_of(session, round_) == [1, 0, 0]
    assert not any(one.goes_on for one in rounds.offered(session, round_.id, "sv"))


def test_a_prototype_that_the_team_stopped_keeps_its_ticks_and_does_not_go_on(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    a, b, _ = offered(session, round_)
    cast_many(session, round_, [[a], [a], [b]])
    stopped = prototypes.by_number(session, a, case_id=round_.case_id)
    prototypes.change_state(session, stopped, "stopped", by=karin(session, area), at=NOON)

    counting.count_closed(session, at=CLOSED)

    shown = {one.prototype_id: (one.ticks, one.goes_on) for one in rounds.offered(session, round_.id, "sv")}
    assert shown[a] == (2, False)
    assert shown[b] == (1, True)


def test_a_round_without_a_single_vote_is_counted_too(session: Session) -> None:
    round_ = an_open_round(session, seved(session))

    counting.count_closed(session, at=CLOSED)

    assert ticks_of(session, round_) == [0, 0, 0]
    assert round_.ballots == 0
