from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend import pabulib, receipts, recount, tally
from backend.pabulib import Election, Project, Vote
from backend.tally import Rule

SCRIPT = Path(recount.__file__)
LOT = "5e" * 32


def a_round(
    ballots: Sequence[Sequence[int]] = ((1, 2), (1,), (2, 3), (3,), (1, 3)), *, fund: int | None = None,
    winners: int = 1, costs: Sequence[int | None] = (30, 20, 25), stopped: Sequence[int] = (), quorum: int = 0,
    lot: str = LOT,
) -> dict[str, Any]:  # fmt: skip
    """What is published of a counted round, with the result that the backend's own count gives."""
    cast = [a_ballot(number, choices) for number, choices in enumerate(ballots, 1)]
    document = {
        "version": 1, "round": 4, "rule": "approval" if fund is None else "equal-shares", "winners_wanted": winners,
        "fund": fund, "quorum": quorum, "lot": lot, "root": receipts.root(one["code"] for one in cast),
        "projects": [
            {"id": number, "cost": cost, "title": f"Bänk {number}", "stopped": number in stopped}
            for number, cost in enumerate(costs, 1)
        ],
        "ballots": sorted(cast, key=lambda one: one["code"]),
    }  # fmt: skip
    rule = Rule.APPROVAL if fund is None else Rule.EQUAL_SHARES_COMPLETED
    won = tally.count(as_election(document), rule, lot=lot).winners if len(cast) >= quorum else ()
    return document | {"result": [int(number) for number in won]}


def a_ballot(number: int, choices: Sequence[int]) -> dict[str, Any]:
    client, server = f"{number:032x}" if number % 2 else "", f"{number * 7919:032x}"
    code = receipts.commitment(4, choices, client_nonce=client, server_nonce=server)
    return {"code": code, "client_nonce": client, "server_nonce": server, "choices": sorted(choices)}


def as_election(document: dict[str, Any]) -> Election:
    fund = document["fund"]
    projects = {
        str(one["id"]): Project(
            str(one["id"]), Fraction(pabulib.WITHDRAWN if one["stopped"] else 1 if fund is None else one["cost"]),
            one["title"],
        )
        for one in document["projects"]
    }  # fmt: skip
    votes = tuple(Vote(one["code"], tuple(map(str, one["choices"]))) for one in document["ballots"])
    return Election(Fraction(document["winners_wanted"] if fund is None else fund), projects, votes)


@pytest.fixture
def recounted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Puts a round into files and counts it again: (exit code, what was said)."""

    def count(document: object, *words: str, other: str | None = None) -> tuple[int, str]:
        file, pb = tmp_path / "round-4.json", tmp_path / "round-4.pb"
        file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        if other is not None:
            pb.write_text(other, "utf-8")
            words = (str(pb), *words)
        code = recount.main([str(file), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return count


@some.composite
def rounds(draw: some.DrawFn) -> dict[str, Any]:
    costs = draw(some.lists(some.one_of(some.integers(1, 60), some.just(20)), min_size=2, max_size=5))
    numbers = some.integers(1, len(costs))
    ballots = draw(some.lists(some.lists(numbers, min_size=1, unique=True), max_size=10))
    return a_round(
        ballots, fund=draw(some.none() | some.integers(1, 150)), winners=draw(numbers), costs=costs,
        stopped=draw(some.lists(numbers, max_size=2)), quorum=draw(some.sampled_from((0, 3))),
        lot=draw(some.text("0123456789abcdef", min_size=1, max_size=8)),
    )  # fmt: skip


@given(rounds())
def test_it_agrees_with_our_own_count(document: dict[str, Any]) -> None:
    assert recount.differences(document) == []


@given(rounds().filter(lambda document: document["ballots"]), some.data())
def test_a_changed_a_dropped_and_an_added_ballot_are_found(document: dict[str, Any], draw: some.DataObject) -> None:
    ballots = document["ballots"]
    at = draw.draw(some.integers(0, len(ballots) - 1))
    others = [one["id"] for one in document["projects"] if [one["id"]] != ballots[at]["choices"]]

    changed, dropped, added, twice = (copy.deepcopy(document) for _ in range(4))
    changed["ballots"][at]["choices"] = [draw.draw(some.sampled_from(others))]
    del dropped["ballots"][at]
    added["ballots"].append(a_ballot(99, [1]))
    twice["ballots"].append(ballots[at])

    for tampered in (changed, dropped, added, twice):
        assert recount.differences(tampered)


def test_it_says_that_all_is_as_it_should_be(recounted) -> None:  # type: ignore[no-untyped-def]
    document = a_round(fund=60)

    code, said = recounted(document, other=pabulib.write(as_election(document)))

    assert code == 0
    assert said.startswith("OK. Vote 4: 5 ballots make the code " + document["root"])


def test_it_runs_alone(tmp_path: Path) -> None:
    """Isolated, in another folder, from a copy: as somebody does who downloaded it."""
    script = tmp_path / "recount.py"
    script.write_bytes(SCRIPT.read_bytes())
    document = a_round()
    (tmp_path / "round-4.json").write_text(json.dumps(document), "utf-8")
    call = [sys.executable, "-I", str(script), "round-4.json"]

    right = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    (tmp_path / "round-4.json").write_text(json.dumps(document | {"result": [2]}), "utf-8")
    wrong = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert (right.returncode, right.stdout[:3], right.stderr) == (0, "OK.", "")
    assert (wrong.returncode, wrong.stdout) == (1, f"The result is [2], and the ballots give {document['result']}.\n")


def test_it_needs_the_standard_library_and_nothing_else() -> None:
    nodes = list(ast.walk(ast.parse(SCRIPT.read_text("utf-8"))))

    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in plain | named} <= sys.stdlib_module_names


def test_a_list_that_was_changed_as_a_whole_is_found_by_who_kept_its_code_or_a_receipt(recounted) -> None:  # type: ignore[no-untyped-def]
    honest = a_round()
    forged = a_round([(2,), *[one["choices"] for one in honest["ballots"][1:]]])
    kept = honest["ballots"][0]["code"]

    assert recounted(forged)[0] == 0  # it holds together, and yet
    assert recounted(forged, "--root", honest["root"])[0] == 1
    assert "Your receipt is not in the list." in recounted(forged, "--code", kept[:16])[1]


def test_a_receipt_is_found_as_people_write_it_down(recounted) -> None:  # type: ignore[no-untyped-def]
    document = a_round()
    digits = document["ballots"][2]["code"][:16]

    assert recounted(document, "--code", receipts.in_groups(digits).upper(), "--root", document["root"])[0] == 0
    assert recounted(document, "--code", digits[:8])[0] == 1  # too short to be told from another


@pytest.mark.parametrize(
    "change, says",
    [
        ({"result": []}, "The result is []"),
        ({"root": "00" * 32}, "A ballot was added, dropped or changed"),
        ({"round": 5}, "was changed: what it says makes another code."),
        ({"projects": []}, "which this vote does not offer so."),
        ({"fund": 60, "rule": "equal-shares", "projects": [
            {"id": number, "cost": None, "title": "", "stopped": False} for number in (1, 2, 3)
        ]}, "It can't be counted: to share a fund"),
        ({"projects": 2 * a_round()["projects"]}, "A prototype stands in the list twice."),
    ],
)  # fmt: skip
def test_what_differs_is_named(recounted, change: dict[str, Any], says: str) -> None:  # type: ignore[no-untyped-def]
    code, said = recounted(a_round() | change)

    assert code == 1
    assert says in said


@pytest.mark.parametrize(
    "change",
    [("30", "31"), ("budget;60", "budget;61"), ("1,3\n", "1,2\n"), ("999999999", "20")],
    ids=lambda one: one[0],
)
def test_a_pabulib_file_that_tells_of_another_vote_is_found(recounted, change: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]
    document = a_round(fund=60, stopped=[2])
    written = pabulib.write(as_election(document))
    assert change[0] in written

    assert recounted(document, other=written)[0] == 0
    assert recounted(document, other=written.replace(*change, 1))[0] == 1
    assert recounted(document, other=written + written.splitlines()[-1] + "\n")[0] == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"version": 1}', '{"a":"\\ud800"}', "[" * 100_000, "\ufeff{}"]
)
def test_a_file_that_is_no_vote_is_said_to_be_none(recounted, text: str) -> None:  # type: ignore[no-untyped-def]
    code, said = recounted(text)

    assert code == 2
    assert said.startswith("Can't be read: ") and said.count("\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"round": "4"}, {"lot": None}, {"rule": "greedy"}, {"fund": 1.5}, {"quorum": True},
        {"ballots": [{}]}, {"ballots": [a_ballot(1, [1]) | {"choices": ["1"]}]}, {"projects": [1]}, {"result": 1},
        {"projects": [{"id": 1, "cost": "1", "title": "", "stopped": False}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_part_of_another_shape_is_no_vote(recounted, change: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    assert recounted(a_round() | change)[0] == 2


@pytest.mark.parametrize("other", ["", "META\nkey;value\n", "META\nkey;value\nbudget;x\nPROJECTS\nVOTES\n", "\0"])
def test_a_pabulib_file_that_is_none_is_said_to_be_none(recounted, other: str) -> None:  # type: ignore[no-untyped-def]
    code, said = recounted(a_round(), other=other)

    assert code == 2
    assert "round-4.pb is not the Pabulib file of a vote" in said


def test_a_fund_of_millions_is_counted_again_at_once() -> None:
    document = a_round([(1, 2), (2, 3), (3,), (1, 3), (2,)], fund=9_000_000, costs=(4_000_000, 5_000_001, 3_999_999))

    assert recount.differences(document) == []
