from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend import approval, pabulib, shared_funds, tally
from backend.pabulib import WITHDRAWN, Broken, Election
from backend.tally import Phase, Rule, Tally
from tests.backend.elections import LOTS, an_election, elections, published

COSTS = {"a": 60, "b": 50, "c": 40, "d": 10}
RULES = some.sampled_from(list(Rule))


def won(election: Election, rule: Rule, lot: str = "") -> str:
    return "".join(tally.count(election, rule, lot=lot).winners)


def lots() -> tuple[str, str]:
    """One lot that puts a before b, and one that puts b first."""
    found = sorted(
        map(str, range(20)), key=lambda lot: approval.place_in_lot(lot, "a") < approval.place_in_lot(lot, "b")
    )
    return found[-1], found[0]


@pytest.mark.parametrize(
    "name, rule, winners",
    [
        ("Netherlands_Assen_2024", Rule.EQUAL_SHARES, "3 9 2 11 13 14 5 6 12"),
        ("Poland_Gdynia_2020_Babie_Doly__large", Rule.GREEDY_NO_SKIP, "4"),
    ],
)
def test_a_published_election_has_its_published_winners(name: str, rule: Rule, winners: str) -> None:
    election = pabulib.read(published(name))

    counted = tally.count(election, rule)

    selected = {project.id for project in election.projects.values() if project.more["selected"] == "1"}
    assert " ".join(counted.winners) == winners
    assert set(counted.winners) == selected


def test_greedy_passes_over_what_no_longer_fits() -> None:
    counted = tally.count(an_election(100, COSTS, ["abcd", "abcd", "abc", "ab", "a"]), Rule.GREEDY)

    assert counted.winners == ("a", "c")
    assert [(one.project, one.cost, one.left) for one in counted.passed_over] == [("b", 50, 40), ("d", 10, 0)]


def test_greedy_without_skipping_ends_there() -> None:
    counted = tally.count(an_election(100, COSTS, ["abcd", "abcd", "abc", "ab", "a"]), Rule.GREEDY_NO_SKIP)

    assert counted.winners == ("a",)
    assert [one.project for one in counted.passed_over] == ["b"]


def test_the_best_two_are_the_most_ticked_of_costs_of_one_and_a_budget_of_two() -> None:
    ballots = ["bc", "bc", "bca", "c"]

    assert won(an_election(2, dict.fromkeys("abc", 1), ballots), Rule.APPROVAL) == "cb"
    assert won(an_election(1, dict.fromkeys("abc", 1), ballots), Rule.APPROVAL) == "c"


def test_shares_are_completed_with_the_most_votes_that_still_fit() -> None:
    # With 30 each both a and b would be bought, which is too much; with 29 neither is, and 90 is left.
    election = an_election(100, {"a": 90, "b": 60, "c": 10}, ["a", "a", "a", "b", "b", "c"])

    counted = tally.count(election, Rule.EQUAL_SHARES_COMPLETED, lot="11")

    assert won(election, Rule.EQUAL_SHARES) == "c"
    assert [(step.project, step.phase) for step in counted.steps] == [("c", Phase.SHARES), ("a", Phase.GREEDY)]
    assert [one.project for one in counted.passed_over] == ["b"]


@pytest.mark.parametrize("rule", [Rule.APPROVAL, Rule.GREEDY, Rule.GREEDY_NO_SKIP, Rule.EQUAL_SHARES_COMPLETED])
def test_the_published_lot_decides_between_equals(rule: Rule) -> None:
    election = an_election(100, {"a": 100, "b": 100}, ["a", "a", "b", "b"])
    for_a, for_b = lots()

    counted = tally.count(election, rule, lot=for_a)

    assert (won(election, rule, for_a), won(election, rule, for_b)) == ("a", "b")
    assert [(step.phase, step.equals, step.by_place) for step in counted.steps] == [(Phase.LOT, ("b",), True)]


def test_the_lot_decides_in_shares_too() -> None:
    election = an_election(60, {"a": 30, "b": 20, "c": 30}, ["a", "a", "b", "b", "c"])
    for_a, for_b = lots()

    assert won(election, Rule.EQUAL_SHARES, for_a)[:2] == "ab"
    assert won(election, Rule.EQUAL_SHARES, for_b)[:2] == "ba"


def test_a_lot_that_only_says_who_is_named_first_decides_nothing() -> None:
    step = tally.count(an_election(100, {"a": 10, "b": 10}, ["ab"]), Rule.GREEDY, lot="11").steps[0]

    assert (step.phase, step.equals, step.by_place) == (Phase.GREEDY, (), False)


def test_without_a_lot_equal_votes_go_by_the_number_and_not_by_the_line() -> None:
    costs = {"11": 10, "x": 10, "2": 10}
    votes = tuple(pabulib.Vote(one, (one,)) for one in costs)

    counted = tally.count(Election(Fraction(100), an_election(100, costs, []).projects, votes), Rule.GREEDY)

    assert counted.winners == ("x", "2", "11")


def test_without_a_lot_equal_shares_take_the_lower_cost_first() -> None:
    assert won(an_election(100, {"a": 50, "b": 40}, ["ab", "ab"]), Rule.EQUAL_SHARES) == "ba"


def test_a_withdrawn_project_is_no_stumbling_block() -> None:
    election = an_election(100, {"a": WITHDRAWN, "b": 50}, ["a", "ab"])

    assert {rule: won(election, rule, "11") for rule in Rule} == dict.fromkeys(Rule, "b")


def test_a_project_below_the_threshold_is_not_elected_and_stops_nobody() -> None:
    election = an_election(100, {"a": 120, "b": 50}, ["a", "b", "b"], threshold=Fraction(2))

    assert {rule: won(election, rule, "11") for rule in Rule} == dict.fromkeys(Rule, "b")


def test_points_count_where_ballots_give_them() -> None:
    votes = (pabulib.Vote("1", ("a", "b"), (Fraction(1), Fraction(9))), pabulib.Vote("2", ("a",), (Fraction(2),)))
    election = Election(Fraction(60), an_election(60, COSTS, []).projects, votes, "cumulative")

    assert won(election, Rule.GREEDY) == "b"


@pytest.mark.parametrize("rule", [Rule.APPROVAL, Rule.EQUAL_SHARES, Rule.EQUAL_SHARES_COMPLETED])
@pytest.mark.parametrize("kind", ["cumulative", "scoring", "ordinal"])
def test_a_rule_that_counts_ticks_refuses_other_ballots(rule: Rule, kind: str) -> None:
    with pytest.raises(Broken, match=f"counts ticks, and the vote_type of this file is {kind}"):
        tally.count(an_election(100, COSTS, ["a"], vote_type=kind), rule, lot="11")


def test_our_own_rule_wants_a_lot() -> None:
    with pytest.raises(ValueError, match="with a lot"):
        tally.count(an_election(100, COSTS, ["a"]), Rule.EQUAL_SHARES_COMPLETED)


@given(elections(), RULES, LOTS, some.randoms(use_true_random=False))
def test_the_order_of_ballots_and_projects_never_matters(
    election: Election, rule: Rule, lot: str, chance: random.Random
) -> None:
    projects = chance.sample(list(election.projects.items()), len(election.projects))
    votes = chance.sample(election.votes, len(election.votes))
    turned = Election(
        election.budget, dict(projects),
        tuple(pabulib.Vote(vote.voter_id, vote.choices[::-1]) for vote in votes),
    )  # fmt: skip

    for drawn in (lot, "" if rule != Rule.EQUAL_SHARES_COMPLETED else lot):
        assert tally.count(turned, rule, lot=drawn) == tally.count(election, rule, lot=drawn)


@given(elections(), RULES, LOTS)
def test_spending_never_exceeds_the_budget_and_the_account_adds_up(election: Election, rule: Rule, lot: str) -> None:
    counted = tally.count(election, rule, lot=lot)

    assert counted.spent <= election.budget
    assert [step.left for step in counted.steps] == lefts(counted)
    assert len(set(counted.winners)) == len(counted.winners)


def lefts(counted: Tally) -> list[Fraction]:
    return [counted.budget - sum(step.cost for step in counted.steps[: turn + 1]) for turn in range(len(counted.steps))]


@given(elections(), RULES, LOTS)
def test_a_project_that_nobody_ticked_never_wins(election: Election, rule: Rule, lot: str) -> None:
    ticks = election.ticks()

    assert all(ticks[project] for project in tally.count(election, rule, lot=lot).winners)


@given(elections(), LOTS)
def test_completed_shares_leave_nothing_that_would_still_fit(election: Election, lot: str) -> None:
    counted = tally.count(election, Rule.EQUAL_SHARES_COMPLETED, lot=lot)

    ticks, left = election.ticks(), counted.budget - counted.spent
    rest = [one for one in election.projects.values() if one.id not in counted.winners and ticks[one.id]]
    assert all(one.cost > left for one in rest)


@given(elections(), LOTS)
def test_completing_takes_nothing_from_what_the_shares_bought(election: Election, lot: str) -> None:
    shares = won(election, Rule.EQUAL_SHARES, lot)

    assert won(election, Rule.EQUAL_SHARES_COMPLETED, lot).startswith(shares)


@given(elections(), RULES, LOTS)
def test_when_everything_fits_everything_that_was_ticked_is_elected(election: Election, rule: Rule, lot: str) -> None:
    rich = Election(Fraction(1000), election.projects, election.votes)

    assert set(won(rich, rule, lot)) == {one for one, ticks in election.ticks().items() if ticks}


@given(some.lists(some.sets(some.integers(1, 4), min_size=1), max_size=12), some.integers(1, 60), LOTS)
def test_a_fund_of_ours_is_shared_by_the_same_rule(ballots: list[set[int]], fund: int, lot: str) -> None:
    costs = {1: 10, 2: 20, 3: 20, 4: 35}
    projects = {str(number): pabulib.Project(str(number), Fraction(cost)) for number, cost in costs.items()}
    votes = tuple(pabulib.Vote(str(n), tuple(map(str, sorted(one)))) for n, one in enumerate(ballots))

    account = shared_funds.share_out(fund, costs, [(tuple(ballot), 1) for ballot in ballots], lot)

    counted = tally.count(Election(Fraction(fund), projects, votes), Rule.EQUAL_SHARES_COMPLETED, lot=lot)
    assert [str(number) for number in account["result"]] == list(counted.winners)
