from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as some

from backend import approval

OFFERED = (3, 7, 11, 20)
BALLOTS = some.lists(some.sets(some.sampled_from(OFFERED), min_size=1).map(tuple), max_size=40)


def counted(ballots: list[tuple[int, ...]]) -> dict[int, int]:
    return approval.count([(ballot, 1) for ballot in ballots], OFFERED)


@given(BALLOTS, some.randoms(use_true_random=False), some.integers(1, 3))
def test_the_order_of_ballots_never_matters(ballots: list[tuple[int, ...]], chance: random.Random, most: int) -> None:
    shuffled = [tuple(chance.sample(ballot, len(ballot))) for ballot in chance.sample(ballots, len(ballots))]

    assert counted(ballots) == counted(shuffled)
    assert approval.winners(counted(ballots), most, "lot") == approval.winners(counted(shuffled), most, "lot")


@given(BALLOTS)
def test_every_tick_is_counted_once(ballots: list[tuple[int, ...]]) -> None:
    assert sum(counted(ballots).values()) == sum(len(ballot) for ballot in ballots)


@given(BALLOTS, some.integers(1, 3), some.text("0123456789abcdef", min_size=1))
def test_nobody_who_goes_on_has_fewer_ticks_than_one_who_rests(
    ballots: list[tuple[int, ...]], most: int, lot: str
) -> None:
    ticks = counted(ballots)

    won = approval.winners(ticks, most, lot)

    rest = set(ticks) - won
    assert len(won) <= most
    assert all(ticks[winner] >= ticks[other] for winner in won for other in rest)
    assert all(ticks[winner] > 0 for winner in won)


@given(BALLOTS, some.sampled_from(OFFERED))
def test_one_more_tick_never_makes_a_winner_rest(ballots: list[tuple[int, ...]], choice: int) -> None:
    before = approval.winners(counted(ballots), 1, "lot")

    after = approval.winners(counted([*ballots, (choice,)]), 1, "lot")

    assert choice in after or choice not in before


def test_equals_are_ordered_by_the_lot_and_by_nothing_else() -> None:
    ticks = {3: 5, 7: 5, 11: 5}

    firsts = {next(iter(approval.winners(ticks, 1, str(lot)))) for lot in range(50)}

    assert firsts == {3, 7, 11}
    assert approval.had_tie(ticks, 1, "lot")


def test_a_clear_result_needs_no_lot() -> None:
    assert not approval.had_tie({3: 5, 7: 4}, 1, "lot")
