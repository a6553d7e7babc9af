from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from backend import counting, openings, prototypes, rounds, shared_funds
from backend.areas import by_id
from backend.votes import Round
from tests.backend.test_counting import CLOSED, cast_many
from tests.backend.test_openings import prepared
from tests.backend.test_votes import offered
from tests.conftest import NOON
from tests.makers import karin, seved

LOT = "ab" * 32


def a_fund_round(session: Session, fund: int, *costs: int, quorum: int = 0) -> Round:
    how, _ = prepared(session, seved(session), *costs)
    return openings.open_round(session, **how, fund=fund, quorum=quorum)


def test_everybody_has_the_same_to_give_and_the_account_says_who_paid_what() -> None:
    account = shared_funds.share_out(3000, {1: 2000, 2: 1000, 3: 3000}, [((1, 2), 20), ((3,), 10)], LOT)

    assert account["voters"] == 30
    assert sorted(account["result"]) == [1, 2]
    assert [(step["project"], step["phase"], step["in_full"]) for step in account["steps"]] == [
        (one["project"], "shares", 20) for one in account["steps"]
    ]
    assert account["left"] == 0
    for step in account["steps"]:
        assert Fraction(step["price"]) * step["in_full"] + Fraction(step["rest"]) == step["cost"]


def test_what_the_shares_leave_goes_to_the_most_ticked_that_it_pays_for() -> None:
    account = shared_funds.share_out(1000, {1: 900, 2: 800}, [((1,), 6), ((2,), 5)], LOT)

    assert account["result"] == [1]
    assert account["passed_over"] == [{"project": 2, "cost": 800, "ticks": 5, "left": 100}]
    assert account["left"] == 100


def test_a_tie_is_ended_by_the_lot_and_told() -> None:
    accounts = [
        shared_funds.share_out(1000, {1: 1000, 2: 1000}, [((1,), 5), ((2,), 5)], lot) for lot in ("a", "b", "c")
    ]

    assert {tuple(one["result"]) for one in accounts} == {(1,), (2,)}
    for account in accounts:
        assert account["steps"][0]["phase"] == "lot"
        assert account["steps"][0]["equals"] == sorted({1, 2} - set(account["result"]))


def test_nobody_voted_and_nothing_is_shared() -> None:
    account = shared_funds.share_out(1000, {1: 500}, [], LOT)

    assert (account["voters"], account["result"], account["left"]) == (0, [], 1000)


@settings(max_examples=60, deadline=None)
@given(
    fund=some.integers(1, 5000), costs=some.dictionaries(some.integers(1, 6), some.integers(1, 4000), min_size=1),
    ballots=some.lists(some.tuples(some.sets(some.integers(1, 6), min_size=1), some.integers(1, 9)), max_size=8),
)  # fmt: skip
def test_the_account_always_adds_up(fund: int, costs: dict[int, int], ballots: list[tuple[set[int], int]]) -> None:
    account = shared_funds.share_out(fund, costs, ballots, LOT)

    assert account["left"] == fund - sum(costs[one] for one in account["result"]) >= 0
    ticked = {choice for choices, _ in ballots for choice in choices}
    assert set(account["result"]) <= ticked
    assert account["voters"] == sum(number for _, number in ballots)
    for step in account["steps"]:
        if step["phase"] == "shares":
            assert Fraction(step["price"]) * step["in_full"] + Fraction(step["rest"]) == step["cost"]
            assert Fraction(step["price"]) <= Fraction(account["endowment"])


def test_a_counted_fund_round_keeps_its_account(session: Session) -> None:
    round_ = a_fund_round(session, 3000, 2000, 1000, 3000)
    a, b, c = offered(session, round_)
    cast_many(session, round_, [[a, b]] * 8 + [[c]] * 4)

    counting.count_closed(session, at=CLOSED)

    assert round_.account is not None
    assert sorted(round_.account["result"]) == sorted([a, b])
    shown = {one.prototype_id: (one.ticks, one.goes_on) for one in rounds.offered(session, round_.id, "sv")}
    assert shown == {a: (8, True), b: (8, True), c: (4, False)}


def test_a_stopped_prototype_gets_nothing_and_its_voters_have_a_share(session: Session) -> None:
    round_ = a_fund_round(session, 3000, 2000, 1000, 3000)
    a, b, _ = offered(session, round_)
    cast_many(session, round_, [[a]] * 9 + [[b]] * 3)
    stopped = prototypes.by_number(session, a, case_id=round_.case_id)
    prototypes.change_state(session, stopped, "stopped", by=karin(session, by_id(session, round_.area_id)), at=NOON)

    counting.count_closed(session, at=CLOSED)

    assert round_.account is not None
    assert round_.account["result"] == [b]
    assert round_.account["voters"] == 12
    assert {one.prototype_id: one.was_stopped for one in rounds.offered(session, round_.id, "sv")}[a]


def test_with_too_few_votes_no_fund_is_shared(session: Session) -> None:
    round_ = a_fund_round(session, 3000, 2000, 1000, 3000, quorum=20)
    cast_many(session, round_, [offered(session, round_)[:1]] * 12)

    counting.count_closed(session, at=CLOSED)

    assert round_.account is None
    assert not any(one.goes_on for one in rounds.offered(session, round_.id, "sv"))
