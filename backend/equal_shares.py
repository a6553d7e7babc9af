"""The Method of Equal Shares, with cost utility and add1, in exact numbers.

Each voter gets the same endowment. The project with the most effective votes is bought: those who named it share its
cost evenly, and who has less left gives that. This goes on until nobody can buy more. Then everybody gets one unit
of the currency more and all begins again, until one unit more would overspend the fund, or until everything that
somebody named is bought. Peters, Pierczyński, Skowron (2021); https://equalshares.net. As in Pabulib's own checker
the first endowment is the fund divided by the voters, and the next ones are whole.

Money is whole numbers of a small enough coin. With each count goes the pace at which every purse grows when the
endowment does, so that the count also tells up to which endowment its outcome is the same; those in between need no
count of their own, and a large fund with few voters is as quick as a small one.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

Before = Callable[[str], Any]  # a sort key: among equals, the smallest is bought first


@dataclass(frozen=True)
class Purchase:
    """One project, bought by those who named it; all money in the currency's unit."""

    project: str
    effective_votes: Fraction  # its cost divided by the highest price that anybody paid
    price: Fraction  # what each paid who had enough left
    in_full: int  # how many paid it
    with_the_rest: int  # how many had less left, and gave that
    rest: Fraction  # what these gave together
    equals: tuple[str, ...]  # had as many effective votes and came later in the order among equals


@dataclass(frozen=True)
class Shares:
    endowment: Fraction  # of each voter
    purchases: tuple[Purchase, ...]


@dataclass(frozen=True)
class Electorate:
    """Voters with the same choices are one group."""

    costs: Mapping[str, int]  # in coins; of those that somebody named
    coins: int  # in one unit of the currency
    sizes: tuple[int, ...]  # how many voters each group has
    supporters: Mapping[str, tuple[int, ...]]  # the groups that named each project
    before: Before


def share(fund: Fraction, costs: Mapping[str, Fraction], ballots: Iterable[Collection[str]], before: Before) -> Shares:
    """What the voters buy. Choices without a cost here are left out; their voters have an endowment all the same.

    Raises ValueError for a cost that is not above zero.
    """
    if any(cost <= 0 for cost in costs.values()):
        raise ValueError("what costs nothing can't be shared")
    electorate = _electorate(costs, ballots, before)
    if not electorate.costs:
        return Shares(Fraction(0), ())
    best = _Count(electorate, fund / sum(electorate.sizes))
    while len(best.purchases) < len(electorate.costs):
        last = math.floor(best.endowment + best.reach)  # the same is bought up to here
        following = _Count(electorate, Fraction(last + 1))
        if sum(costs[purchase.project] for purchase in following.purchases) > fund:
            return (best if last <= best.endowment else _Count(electorate, Fraction(last))).shares
        best = following
    return best.shares


def _electorate(costs: Mapping[str, Fraction], ballots: Iterable[Collection[str]], before: Before) -> Electorate:
    alike = Counter(frozenset(choice for choice in ballot if choice in costs) for ballot in ballots)
    supporters: dict[str, list[int]] = {}
    for group, choices in enumerate(alike):
        for project in choices:
            supporters.setdefault(project, []).append(group)
    coins = math.lcm(*(costs[project].denominator for project in supporters))
    in_coins = {project: int(costs[project] * coins) for project in supporters}
    return Electorate(
        in_coins, coins, tuple(alike.values()), {one: tuple(groups) for one, groups in supporters.items()}, before
    )


class _Offer(NamedTuple):
    """What a project costs its supporters now: the part of its cost that the best off among them would pay each."""

    share: Fraction
    pace: Fraction  # what is added to it when the endowment rises by one unit; never above zero
    owed: int  # coins that are left to be paid by those who pay in full
    slower: int  # coins by which that falls when the endowment rises by one unit
    rich: int  # how many pay in full
    poor: int  # groups at the beginning of the project's supporters that give all they have


class _Count:
    """One go through the projects with one endowment.

    `reach` is by how many units the endowment may rise with the same purchases in the same order. The rich of an
    offer stay rich then, since no purse shrinks and no price grows; all other comparisons are asked how long they
    hold.
    """

    def __init__(self, electorate: Electorate, endowment: Fraction) -> None:
        self.electorate = electorate
        self.endowment = endowment
        self.coins = electorate.coins * endowment.denominator  # in one unit; grows where a price is no whole number
        self.sizes = electorate.sizes
        self.money = [int(endowment * self.coins)] * len(self.sizes)  # coins that a voter of each group has
        self.growth = [self.coins] * len(self.sizes)  # coins more when the endowment rises by one unit
        self.reach = sum(electorate.costs.values()) // electorate.coins + 1  # with that, anybody could buy everything
        self.supporters = {project: list(groups) for project, groups in electorate.supporters.items()}
        self.purchases: list[Purchase] = []
        self._buy_all()

    @property
    def shares(self) -> Shares:
        return Shares(self.endowment, tuple(self.purchases))

    def _buy_all(self) -> None:
        """Shares only rise as money goes, so an older one is a lower bound, and most need not be asked again."""
        waiting = [(Fraction(0), self.electorate.before(one), one, Fraction(0)) for one in self.supporters]
        heapq.heapify(waiting)
        while waiting:
            asked: dict[str, _Offer] = {}
            while waiting and waiting[0][2] not in asked:
                _, place, project, _ = heapq.heappop(waiting)
                offer = self._offer(project)
                if offer:
                    asked[project] = offer
                    heapq.heappush(waiting, (offer.share, place, project, offer.pace))
            if waiting:
                best = heapq.heappop(waiting)
                self._watch_order(best, waiting)
                equals = self._equals(best[0], waiting, asked)
                self._buy(best[2], asked[best[2]], equals)

    def _offer(self, project: str) -> _Offer | None:
        """None when those who named it can't pay it together any more."""
        groups, money, growth, sizes = self.supporters[project], self.money, self.growth, self.sizes
        groups.sort(key=money.__getitem__)
        cost = owed = self._cost(project)
        poor, slower, rich = 0, 0, sum(sizes[group] for group in groups)
        while poor < len(groups) and money[groups[poor]] * rich < owed:
            group = groups[poor]
            owed -= money[group] * sizes[group]
            slower += growth[group] * sizes[group]
            rich -= sizes[group]
            poor += 1
        if poor == len(groups):
            self._holds(owed - 1, slower)
            return None
        for group in groups[:poor] if self.reach else ():
            self._holds(owed - money[group] * rich, growth[group] * rich + slower)
        return _Offer(Fraction(owed, cost * rich), Fraction(-slower, cost * rich), owed, slower, rich, poor)

    def _buy(self, project: str, offer: _Offer, equals: tuple[str, ...]) -> None:
        groups = self.supporters[project]
        cost, owed, poor = self._cost(project), offer.owed, groups[: offer.poor]
        price = Fraction(owed, offer.rich * self.coins)
        rest = Fraction(cost - owed, self.coins)
        givers = sum(self.sizes[group] for group in poor if self.money[group])
        self.purchases.append(Purchase(project, 1 / offer.share, price, offer.rich, givers, rest, equals))
        finer = offer.rich // math.gcd(offer.rich, offer.owed, offer.slower)
        if finer > 1:
            self.coins *= finer
            self.money = [coins * finer for coins in self.money]
            self.growth = [coins * finer for coins in self.growth]
        for group in poor:
            self.money[group] = self.growth[group] = 0
        for group in groups[offer.poor :]:
            self.money[group] -= owed * finer // offer.rich
            self.growth[group] += offer.slower * finer // offer.rich

    def _cost(self, project: str) -> int:
        return self.electorate.costs[project] * (self.coins // self.electorate.coins)

    def _equals(
        self, share: Fraction, waiting: list[tuple[Fraction, Any, str, Fraction]], asked: Mapping[str, _Offer]
    ) -> tuple[str, ...]:
        """Those that cost their supporters just as much; one that was not asked this time is asked now."""
        same = [project for known, _, project, _ in waiting if known == share]
        offers = {project: asked.get(project) or self._offer(project) for project in same}
        return tuple(sorted(project for project, offer in offers.items() if offer and offer.share == share))

    def _watch_order(
        self, best: tuple[Fraction, Any, str, Fraction], waiting: Iterable[tuple[Fraction, Any, str, Fraction]]
    ) -> None:
        """The best stays the best as long as no other share falls below its own, or meets it and goes first."""
        for other in waiting if self.reach else ():
            gap, closing = other[0] - best[0], best[3] - other[3]
            if closing > 0:
                steps = gap / closing
                self.reach = min(self.reach, math.floor(steps) if best[1] < other[1] else math.ceil(steps) - 1)

    def _holds(self, gap: int, closing: int) -> None:
        """Something is true as long as gap, which shrinks by closing with each unit, is not below zero."""
        if closing > 0:
            self.reach = min(self.reach, gap // closing)
