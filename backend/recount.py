"""Counts a vote again from the files that are published with its result. It needs Python and nothing else.

    python recount.py round-4.json
    python recount.py round-4.json round-4.pb --root 5be1... --code 9f3a02cc7e51d0b4

It makes each ballot's code again from what the ballot says, the code of the whole list, and the result with its
ties by the lot. With --root it compares the list with the code that you wrote down earlier from the page; with
--code it looks for your own receipt. With the .pb file it checks that both files tell of the same vote.
It ends with 0 when all is as it should be, 1 when something differs, 2 when a file can't be read.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

WITHDRAWN = 999_999_999  # what a stopped prototype costs in a .pb file
NONCE = re.compile("[0-9a-f]{32}")
Document = dict[str, Any]


class Unreadable(Exception):
    """This is not a file of the kind that was named."""


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="recount.py", description="Counts a vote again from its published files.")
    parser.add_argument("file", type=Path, metavar="round-N.json")
    parser.add_argument("pabulib", type=Path, nargs="?", metavar="round-N.pb")
    parser.add_argument("--root", default="", metavar="HEX", help="the code of the whole list, as you wrote it down")
    parser.add_argument("--code", default="", metavar="HEX", help="your own receipt, or its first 16 digits")
    options = parser.parse_args(words)
    try:
        document = read(options.file)
        wrong = [*differences(document), *reminders(document, options.root, options.code)]
        if options.pabulib:
            wrong += other_file(document, options.pabulib)
    except (OSError, Unreadable) as error:
        sys.stderr.write(f"Can't be read: {error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in wrong or [told(document)])
    return 1 if wrong else 0


def read(path: Path) -> Document:
    """The file, made sure that each part has its shape. Raises Unreadable, OSError."""
    try:
        document: Document = json.loads(path.read_bytes().decode("utf-8"))
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # halves of letters can't be printed
        shape = {
            "round": int,
            "rule": str,
            "winners_wanted": int,
            "quorum": int,
            "lot": str,
            "root": str,
            "result": list,
        }
        is_right = document["version"] == 1 and all(type(document[key]) is kind for key, kind in shape.items())
        is_right &= document["rule"] in ("approval", "equal-shares") and type(document["fund"]) in (int, type(None))
        for project in document["projects"]:
            is_right &= type(project["id"]) is int and type(project["stopped"]) is bool
            is_right &= type(project["cost"]) in (int, type(None))
        for ballot in document["ballots"]:
            is_right &= type(ballot["code"]) is str and type(ballot["choices"]) is list
            is_right &= all(type(choice) is int for choice in ballot["choices"])
            is_right &= type(ballot["client_nonce"]) is str and type(ballot["server_nonce"]) is str
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{path} is not the file of a vote ({type(error).__name__} {error})") from error
    if not is_right:
        raise Unreadable(f"{path} is not the file of a vote of version 1")
    return document


def differences(document: Document) -> list[str]:
    """What is not as it should be, in sentences."""
    wrong = [*wrong_ballots(document)]
    if root(document) != document["root"]:
        wrong.append(f"A ballot was added, dropped or changed: the root is {document['root']}, its codes make another.")
    try:
        result = winners(document)
    except ValueError as error:
        return [*wrong, f"It can't be counted: {error}."]
    if result != document["result"]:
        wrong.append(f"The result is {document['result']}, and the ballots give {result}.")
    return wrong


def wrong_ballots(document: Document) -> Iterator[str]:
    offered = {project["id"] for project in document["projects"]}
    if len(offered) != len(document["projects"]):
        yield "A prototype stands in the list twice."
    for code, times in Counter(ballot["code"] for ballot in document["ballots"]).items():
        if times > 1:
            yield f"The code {code} stands in the list {times} times."
    for ballot in document["ballots"]:
        choices, code = ballot["choices"], ballot["code"]
        if not choices or len(set(choices)) < len(choices) or not offered.issuperset(choices):
            yield f"The ballot {code} ticks {choices}, which this vote does not offer so."
        if code != commitment(document["round"], ballot):
            yield f"The ballot {code} was changed: what it says makes another code."


def commitment(number: int, ballot: Document) -> str:
    """SHA-256 of "v1|client nonce|server nonce|round|choices"; empty where the nonces are none."""
    client, server = ballot["client_nonce"], ballot["server_nonce"]
    if not NONCE.fullmatch(server) or (client and not NONCE.fullmatch(client)):
        return ""
    choices = ",".join(str(choice) for choice in sorted(ballot["choices"]))
    return hashlib.sha256(f"v1|{client}|{server}|{number}|{choices}".encode("ascii")).hexdigest()


def root(document: Document) -> str:
    """SHA-256 of all codes, sorted, each with a line feed after it."""
    lines = "".join(f"{code}\n" for code in sorted(ballot["code"] for ballot in document["ballots"]))
    return hashlib.sha256(lines.encode()).hexdigest()


def reminders(document: Document, kept_root: str, kept_code: str) -> Iterator[str]:
    """Compares with what somebody kept from the page; blanks and capital letters do not matter."""
    kept_root, kept_code = ("".join(kept.split()).lower() for kept in (kept_root, kept_code))
    if kept_root and kept_root != root(document):
        yield f"The list is another than yours: its codes make {root(document)}."
    if kept_code and (len(kept_code) < 16 or not any(one["code"].startswith(kept_code) for one in document["ballots"])):
        yield "Your receipt is not in the list."


def winners(document: Document) -> list[int]:
    """The prototypes that go on, in the order of election. Raises ValueError where a cost is missing."""
    if len(document["ballots"]) < document["quorum"]:
        return []
    standing = {one["id"]: one["cost"] for one in document["projects"] if not one["stopped"]}
    ballots = [[choice for choice in ballot["choices"] if choice in standing] for ballot in document["ballots"]]
    ticks = Counter(choice for ballot in ballots for choice in ballot)
    ranked = sorted(ticks, key=lambda choice: (-ticks[choice], place(document["lot"], choice)))
    if document["rule"] == "approval":
        return ranked[: document["winners_wanted"]]
    if document["fund"] is None or not all((standing[choice] or 0) > 0 for choice in ranked):
        raise ValueError("to share a fund, it and each prototype's cost must be known")
    return equal_shares(document["fund"], {choice: standing[choice] for choice in ranked}, ballots, document["lot"])


def place(lot: str, choice: int) -> str:
    """Where the lot puts a choice among its equals; the smallest comes first."""
    return hashlib.sha256(f"{lot}|{choice}".encode()).hexdigest()


def equal_shares(fund: int, ranked: dict[int, int], ballots: list[list[int]], lot: str) -> list[int]:
    """Shares first; what they leave goes to the most ticked that it still pays for. ranked: {choice: cost}."""
    won = shared(fund, ranked, ballots, lot)
    left = fund - sum(ranked[choice] for choice in won)
    for choice, cost in ranked.items():
        if choice not in won and cost <= left:
            won.append(choice)
            left -= cost
    return won


def shared(fund: int, costs: dict[int, int], ballots: list[list[int]], lot: str) -> list[int]:
    """The Method of Equal Shares: the fund divided by the voters, then whole kronor, until one more would overspend.

    Endowments between which nothing changes are passed over; bought() says how many.
    """
    if not costs:
        return []
    endowment = Fraction(fund, len(ballots))
    won, further = bought(endowment, costs, ballots, lot)
    while len(won) < len(costs):
        endowment = Fraction(math.floor(endowment + further) + 1)
        following, further = bought(endowment, costs, ballots, lot)
        if sum(costs[choice] for choice in following) > fund:
            break
        won = following
    return won


def bought(endowment: Fraction, costs: dict[int, int], ballots: list[list[int]], lot: str) -> tuple[list[int], int]:
    """What voters with this endowment buy, and by how many kronor it may rise while they buy just the same."""
    purses = Purses(endowment, costs, ballots, lot)
    waiting = set(costs)
    won: list[int] = []
    while True:
        offers = [offer for offer in map(purses.offer, sorted(waiting)) if offer]
        if not offers:
            return won, purses.further
        best = min(offers, key=lambda offer: (offer.share, offer.place))
        for other in offers:
            purses.stay_behind(best, other)
        purses.pay(best)
        waiting = {offer.choice for offer in offers} - {best.choice}
        won.append(best.choice)


class Offer(NamedTuple):
    """What a prototype asks of those who ticked it: who has enough pays the same, the others all that they have."""

    choice: int
    place: str  # in the lot
    share: Fraction  # of the cost, that each pays who has enough
    pace: Fraction  # what the share loses when the endowment rises by one krona
    owed: int  # coins that those with enough pay together
    slower: int  # coins that this loses when the endowment rises by one krona
    rich: int  # how many have enough
    groups: list[tuple[int, ...]]  # poorest first
    poor: int  # how many of the groups give all that they have


class Purses:
    """What voters have left, in coins that are small enough for whole numbers. Voters who ticked the same are a group.

    What a purse holds and what a prototype asks are straight lines in the endowment as long as no comparison turns
    out otherwise; `further` is how long that is.
    """

    def __init__(self, endowment: Fraction, costs: dict[int, int], ballots: list[list[int]], lot: str) -> None:
        self.costs, self.lot = costs, lot
        self.groups = Counter(tuple(sorted(ballot)) for ballot in ballots)
        self.coins = endowment.denominator  # in one krona
        self.money = dict.fromkeys(self.groups, endowment.numerator)  # of one voter of the group
        self.growth = dict.fromkeys(self.groups, self.coins)  # of it, when the endowment rises by one krona
        self.further = sum(costs.values())  # with so much more, anybody could buy everything

    def offer(self, choice: int) -> Offer | None:
        """None where those who ticked it can't pay it together any more."""
        groups = sorted((group for group in self.groups if choice in group), key=self.money.__getitem__)
        cost = owed = self.costs[choice] * self.coins
        slower, poor, rich = 0, 0, sum(self.groups[group] for group in groups)
        while poor < len(groups) and self.money[groups[poor]] * rich < owed:
            number = self.groups[groups[poor]]
            owed -= self.money[groups[poor]] * number
            slower += self.growth[groups[poor]] * number
            rich, poor = rich - number, poor + 1
        if not rich:
            self.hold(owed - 1, slower)
            return None
        for group in groups[:poor]:
            self.hold(owed - self.money[group] * rich, self.growth[group] * rich + slower)
        share, pace = Fraction(owed, rich * cost), Fraction(slower, rich * cost)
        return Offer(choice, place(self.lot, choice), share, pace, owed, slower, rich, groups, poor)

    def stay_behind(self, best: Offer, other: Offer) -> None:
        """The other must not come to ask less, nor as little where the lot puts it first."""
        if other.pace > best.pace:
            steps = (other.share - best.share) / (other.pace - best.pace)
            self.further = min(self.further, math.floor(steps) if best.place < other.place else math.ceil(steps) - 1)

    def pay(self, offer: Offer) -> None:
        finer = offer.rich // math.gcd(offer.rich, offer.owed, offer.slower)
        self.coins *= finer
        self.money = {group: coins * finer for group, coins in self.money.items()}
        self.growth = {group: coins * finer for group, coins in self.growth.items()}
        for turn, group in enumerate(offer.groups):
            if turn < offer.poor:
                self.money[group] = self.growth[group] = 0
            else:
                self.money[group] -= offer.owed * finer // offer.rich
                self.growth[group] += offer.slower * finer // offer.rich

    def hold(self, gap: int, closing: int) -> None:
        """The gap, which each krona more closes by so much, must not fall below zero."""
        if closing > 0:
            self.further = min(self.further, gap // closing)


def other_file(document: Document, path: Path) -> Iterator[str]:
    """What the .pb file says otherwise. Raises Unreadable, OSError."""
    try:
        sections = tables(path)
        budget = int(dict(row[:2] for row in sections["META"])["budget"])
        costs = {one["project_id"]: int(one["cost"]) for one in named(sections["PROJECTS"])}
        votes = [(one["voter_id"], sorted(one["vote"].split(","))) for one in named(sections["VOTES"])]
    except (KeyError, IndexError, ValueError, csv.Error) as error:
        raise Unreadable(f"{path} is not the Pabulib file of a vote ({error})") from error
    is_fund = document["fund"] is not None
    if budget != document["fund" if is_fund else "winners_wanted"]:
        yield f"The .pb file has another budget: {budget}."
    known = {one["id"]: WITHDRAWN if one["stopped"] else one["cost"] if is_fund else 1 for one in document["projects"]}
    if costs != {str(number): cost for number, cost in known.items()}:
        yield "The .pb file has other prototypes or costs."
    if sorted(votes) != sorted((one["code"], sorted(map(str, one["choices"]))) for one in document["ballots"]):
        yield "The .pb file has other ballots."


def tables(path: Path) -> dict[str, list[list[str]]]:
    """The rows of each section, the names of its columns first."""
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for row in csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"):
        if len(row) == 1 and row[0] in ("META", "PROJECTS", "VOTES"):
            rows = sections[row[0]] = []
        else:
            rows.append(row)
    return sections


def named(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def told(document: Document) -> str:
    ballots, result = len(document["ballots"]), ", ".join(map(str, document["result"])) or "nothing"
    return f"OK. Vote {document['round']}: {ballots} ballots make the code {root(document)}. Going on: {result}."


if __name__ == "__main__":
    sys.exit(main())
