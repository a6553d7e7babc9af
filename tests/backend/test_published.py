"""What is published of a counted round, and that a changed, dropped or added ballot is found in it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend import counting, pabulib, published, rounds, tally, votes
from backend.errors import NotFound
from backend.prototypes import Prototype
from backend.published import RECOUNT
from backend.tally import Rule
from backend.votes import Round
from tests.backend.test_counting import CLOSED, cast_many
from tests.backend.test_shared_funds import a_fund_round
from tests.backend.test_votes import offered
from tests.makers import an_open_round, seved

Document = dict[str, Any]


def an_approval_round(session: Session) -> Round:
    round_ = an_open_round(session, seved(session), winners=2)
    a, b, c = offered(session, round_)
    cast_many(session, round_, [[a, b]] * 5 + [[c]] * 5 + [[b]] * 2)
    counting.count_closed(session, at=CLOSED)
    return round_


def a_shared_fund(session: Session) -> Round:
    round_ = a_fund_round(session, 3000, 2000, 1000, 1500)
    a, b, c = offered(session, round_)
    cast_many(session, round_, [[a, b]] * 7 + [[c]] * 5)
    counting.count_closed(session, at=CLOSED)
    return round_


def recounted(folder: Path, document: Document, pb: str = "") -> subprocess.CompletedProcess[str]:
    """What recount.py says of the file, as anybody would run it: in a folder of its own, by itself."""
    (folder / "round.json").write_text(json.dumps(document), "utf-8")
    words = [sys.executable, "-I", str(RECOUNT), "round.json"]
    if pb:
        (folder / "round.pb").write_text(pb, "utf-8")
        words.append("round.pb")
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("made", [an_approval_round, a_shared_fund])
def test_anybody_counts_the_same_from_both_files(
    session: Session, tmp_path: Path, made: Callable[[Session], Round]
) -> None:
    round_ = made(session)
    document = json.loads(published.as_json(session, round_))

    said = recounted(tmp_path, document, published.as_pabulib(session, round_, city="Malmö"))

    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert document["result"] == published.winners(round_, rounds.offered(session, round_.id, "sv"))
    shown = rounds.offered(session, round_.id, "sv")
    assert set(document["result"]) == {one.prototype_id for one in shown if one.goes_on}


def changed(document: Document) -> None:
    ballot = document["ballots"][0]
    ballot["choices"] = next([one["id"]] for one in document["projects"] if [one["id"]] != ballot["choices"])


def changed_with_its_code(document: Document) -> None:
    changed(document)
    ballot = document["ballots"][0]
    line = f"v1||{ballot['server_nonce']}|{document['round']}|{ballot['choices'][0]}"
    ballot["code"] = hashlib.sha256(line.encode()).hexdigest()


def dropped(document: Document) -> None:
    document["ballots"].pop()


def added(document: Document) -> None:
    nonce, [choice] = "0" * 32, [document["projects"][0]["id"]]
    code = hashlib.sha256(f"v1||{nonce}|{document['round']}|{choice}".encode()).hexdigest()
    document["ballots"].append({"code": code, "client_nonce": "", "server_nonce": nonce, "choices": [choice]})


def doubled(document: Document) -> None:
    document["ballots"].append(document["ballots"][0])


def another_result(document: Document) -> None:
    document["result"].reverse()


@pytest.mark.parametrize("forgery", [changed, changed_with_its_code, dropped, added, doubled, another_result])
def test_a_forged_file_is_found(session: Session, tmp_path: Path, forgery: Callable[[Document], None]) -> None:
    document = json.loads(published.as_json(session, an_approval_round(session)))

    forgery(document)

    said = recounted(tmp_path, document)
    assert said.returncode == 1, said.stdout


def test_the_list_and_its_code_hide_nothing_that_leads_to_a_person(session: Session) -> None:
    document = json.loads(published.as_json(session, an_approval_round(session)))

    assert {key for ballot in document["ballots"] for key in ballot} == {
        "code", "client_nonce", "server_nonce", "choices",
    }  # fmt: skip
    assert [one["code"] for one in document["ballots"]] == sorted(one["code"] for one in document["ballots"])


@pytest.mark.parametrize(
    "made,rule", [(an_approval_round, Rule.APPROVAL), (a_shared_fund, Rule.EQUAL_SHARES_COMPLETED)]
)
def test_other_software_reads_our_pabulib_file_and_finds_the_same(
    session: Session, made: Callable[[Session], Round], rule: Rule
) -> None:
    round_ = made(session)

    election = pabulib.read(published.as_pabulib(session, round_, city="Malmö"))

    counted = tally.count(election, rule, lot=round_.lot)
    shown = rounds.offered(session, round_.id, "sv")
    assert [int(one) for one in counted.winners] == published.winners(round_, shown)
    assert {int(one.id): int(one.more["votes"]) for one in election.projects.values()} == {
        one.prototype_id: one.ticks for one in shown
    }
    assert election.meta["unit"] == "Malmö"


def test_a_stopped_prototype_is_published_as_one(session: Session) -> None:
    round_ = an_open_round(session, seved(session), winners=2)
    a, b, _ = offered(session, round_)
    cast_many(session, round_, [[a, b]] * 10)
    session.get_one(Prototype, a).state = "stopped"
    session.flush()
    counting.count_closed(session, at=CLOSED)

    document = json.loads(published.as_json(session, round_))

    assert {one["id"] for one in document["projects"] if one["stopped"]} == {a}
    assert document["result"] == [b]
    read = pabulib.read(published.as_pabulib(session, round_, city="Malmö"))
    assert read.projects[str(a)].is_withdrawn


def test_too_few_ballots_and_open_rounds_have_no_files(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    cast_many(session, round_, [offered(session, round_)[:1]] * (votes.FEWEST_TO_PUBLISH - 1))

    for _ in range(2):
        with pytest.raises(NotFound):
            published.as_json(session, round_)
        with pytest.raises(NotFound):
            published.as_pabulib(session, round_, city="Malmö")
        counting.count_closed(session, at=CLOSED)


def test_without_a_quorum_nothing_wins_in_the_files_either(session: Session, tmp_path: Path) -> None:
    round_ = an_open_round(session, seved(session), quorum=100)
    cast_many(session, round_, [offered(session, round_)[:1]] * 10)
    counting.count_closed(session, at=CLOSED)

    document = json.loads(published.as_json(session, round_))

    assert document["result"] == []
    assert recounted(tmp_path, document).returncode == 0
