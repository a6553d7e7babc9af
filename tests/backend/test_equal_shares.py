from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings

from backend import equal_shares, pabulib
from backend.equal_shares import Shares
from backend.pabulib import Election
from tests.backend.elections import an_election, elections, published


def share(election: Election) -> Shares:
    costs = {project.id: project.cost for project in election.projects.values()}
    ticks = election.ticks()
    ballots = [vote.choices for vote in election.votes]
    return equal_shares.share(election.budget, costs, ballots, lambda one: (costs[one], -ticks[one], one))


def bought(election: Election) -> list[str]:
    return [purchase.project for purchase in share(election).purchases]


def by_the_book(election: Election) -> tuple[Fraction, list[tuple[str, Fraction]]]:
    """The endowment and (project, price) in order, one unit after another and nothing passed over; only for tests."""
    named = {choice for vote in election.votes for choice in vote.choices}
    endowment = election.budget / len(election.votes)
    won = with_endowment(election, endowment)
    while len(won) < len(named):
        following = Fraction(math.floor(endowment) + 1)
        raised = with_endowment(election, following)
        if sum(election.projects[project].cost for project, _ in raised) > election.budget:
            break
        endowment, won = following, raised
    return endowment, won


def with_endowment(election: Election, endowment: Fraction) -> list[tuple[str, Fraction]]:
    ticks, won = election.ticks(), []
    money = {vote.voter_id: endowment for vote in election.votes}
    supporters = {one: [vote.voter_id for vote in election.votes if one in vote.choices] for one in election.projects}
    while True:
        offers = []
        for one, cost in ((one, election.projects[one].cost) for one in supporters if one not in dict(won)):
            if supporters[one] and sum(money[voter] for voter in supporters[one]) >= cost:
                price = price_of(cost, [money[voter] for voter in supporters[one]])
                offers.append((price / cost, cost, -ticks[one], one, price))
        if not offers:
            return won
        *_, best, price = min(offers)
        for voter in supporters[best]:
            money[voter] -= min(money[voter], price)
        won.append((best, price))


def price_of(cost: Fraction, purses: Iterable[Fraction]) -> Fraction:
    ordered = sorted(purses)
    for turn, purse in enumerate(ordered):
        price = (cost - sum(ordered[:turn])) / (len(ordered) - turn)
        if price <= purse:
            return price
    raise AssertionError("they can't pay it")


@settings(max_examples=150, deadline=None)
@given(elections())
def test_endowments_that_are_passed_over_change_nothing(election: Election) -> None:
    shares = share(election)

    if any(vote.choices for vote in election.votes):
        assert (shares.endowment, [(one.project, one.price) for one in shares.purchases]) == by_the_book(election)
    else:
        assert shares.purchases == ()


@given(elections())
def test_every_purchase_is_paid_to_the_last_coin(election: Election) -> None:
    for one in share(election).purchases:
        assert one.price * one.in_full + one.rest == election.projects[one.project].cost
        assert one.effective_votes == election.projects[one.project].cost / one.price
        assert one.in_full + one.with_the_rest <= election.ticks()[one.project]


def test_a_published_election_elects_its_published_winners() -> None:
    assert bought(pabulib.read(published("Netherlands_Assen_2024"))) == [
        "3",
        "9",
        "2",
        "11",
        "13",
        "14",
        "5",
        "6",
        "12",
    ]


def test_each_group_gets_its_part_where_the_most_votes_would_take_all() -> None:
    # With 10 each, the six pay 5 for a and 5 for b, and have nothing left for c; the four pay 10 for d.
    election = an_election(100, {"a": 30, "b": 30, "c": 40, "d": 40}, ["abc"] * 6 + ["d"] * 4)

    shares = share(election)

    assert [(one.project, one.price) for one in shares.purchases] == [("a", 5), ("b", 5), ("d", 10)]
    assert shares.endowment == 16  # with 17 the six would pay for c as well, which makes 140


def test_who_has_less_left_gives_that_and_the_others_pay_the_rest() -> None:
    # With 12 each: both voters of a pay 6. Of b's two, who paid for a has 6 left, and the other pays 12.
    first, second = share(an_election(30, {"a": 12, "b": 18}, ["a", "ab", "b"])).purchases

    assert (first.project, first.price, first.in_full, first.with_the_rest) == ("a", 6, 2, 0)
    assert (second.project, second.price, second.in_full) == ("b", 12, 1)
    assert (second.with_the_rest, second.rest, second.effective_votes) == (1, 6, Fraction(3, 2))


def test_a_lone_voter_gets_what_the_fund_pays() -> None:
    assert bought(an_election(100, {"a": 60, "b": 50, "c": 40}, ["abc"])) == ["c", "b"]


def test_a_unanimous_round_takes_the_cheapest_first() -> None:
    assert bought(an_election(100, {"a": 60, "b": 50, "c": 40}, ["abc"] * 7)) == ["c", "b"]


def test_two_that_only_come_together_and_are_too_much_together_get_nothing() -> None:
    assert bought(an_election(100, {"a": 100, "b": 100}, ["a", "a", "b", "b"])) == []


def test_the_endowment_rises_beyond_the_first_outcome_that_leaves_nothing_to_add() -> None:
    # With 8 each c and a are bought, which spends all 20. With 10, b costs the two that want it as little as a does,
    # and is cheaper; then a is too dear for the rest. With 11 all three would come, which is too much.
    election = an_election(20, {"a": 12, "b": 11, "c": 8}, ["c", "abc", "a", "bc"])

    assert [project for project, _ in with_endowment(election, Fraction(8))] == ["c", "a"]
    assert (bought(election), share(election).endowment) == (["c", "b"], 10)


def test_a_project_that_nobody_named_is_never_bought() -> None:
    assert bought(an_election(1000, {"a": 1, "b": 1}, ["a", ""])) == ["a"]


def test_it_ends_when_everything_is_bought() -> None:
    shares = share(an_election(1000, {"a": 10, "b": 300}, ["a", "b", ""]))

    assert ([one.project for one in shares.purchases], shares.endowment) == (["a", "b"], Fraction(1000, 3))


def test_without_a_ballot_nothing_is_bought() -> None:
    assert share(an_election(100, {"a": 10}, [])).purchases == ()


def test_voters_who_named_nothing_have_an_endowment_all_the_same() -> None:
    # Two of four want a. A fund of 40 gives each 10, so the two can pay 20 and no more, until the endowment rises.
    shares = share(an_election(40, {"a": 30, "b": 41}, ["a", "a", "b", ""]))

    assert [(one.project, one.price) for one in shares.purchases] == [("a", 15)]


def test_equals_are_named_beside_what_came_first() -> None:
    shares = share(an_election(20, {"a": 10, "b": 10, "c": 20}, ["a", "b", "c"]))

    assert shares.purchases[0].equals == ("b",)


def test_a_fund_of_millions_is_shared_as_quickly_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[object] = []
    once = equal_shares._Count.__init__
    monkeypatch.setattr(equal_shares._Count, "__init__", lambda self, *how: counts.append(how) or once(self, *how))
    costs = {"a": 4 * 10**12, "b": 9 * 10**12, "c": 10**13 + 1, "d": 7 * 10**12}

    won = bought(an_election(2 * 10**13, costs, ["abc", "bd", "cd", "ad", "ad"]))

    assert won == ["d", "a", "b"]
    assert len(counts) < 50


def test_what_costs_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="costs nothing"):
        equal_shares.share(Fraction(10), {"a": Fraction(0)}, [["a"]], str)
