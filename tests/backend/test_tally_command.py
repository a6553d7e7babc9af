from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import pabulib
from backend.__main__ import main
from tests.backend.elections import an_election, published

Said = tuple[int, str, str]  # exit code, standard output, standard error


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> Said:
        code = main(["tally", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "street.pb"
    path.write_text(pabulib.write(an_election(50, {"a": 30, "b": 25, "c": "7.5"}, ["ab", "a", "bc", "b"])), "utf-8")
    return path


def test_as_json_it_is_one_object_with_the_winners_and_each_step(command: Callable[..., Said], file: Path) -> None:
    code, out, err = command(file, "--rule", "greedy", "--json")

    assert (code, err, out.count("\n")) == (0, "", 1)
    assert json.loads(out) == {
        "winners": ["b", "c"], "rule": "greedy", "budget": 50, "spent": 32.5, "voters": 4,
        "steps": [
            {"project": "b", "phase": "greedy", "cost": 25, "votes": 3, "left": 25, "equals": [], "by_place": False},
            {"project": "c", "phase": "greedy", "cost": 7.5, "votes": 1, "left": 17.5, "equals": [], "by_place": False},
        ],
        "passed_over": [{"project": "a", "cost": 30, "votes": 2, "left": 25}], "notes": [],
    }  # fmt: skip


def test_of_shares_it_tells_who_paid_what(command: Callable[..., Said], file: Path) -> None:
    told = json.loads(command(file, "--rule", "equal-shares", "--json")[1])

    first = told["steps"][0]
    assert (told["winners"], told["endowment"]) == (["b", "c"], 19)
    assert (first["phase"], first["price"], first["in_full"], first["with_the_rest"]) == ("shares", 8.333333, 3, 0)


def test_without_json_it_speaks(command: Callable[..., Said], file: Path) -> None:
    code, out, err = command(file, "--rule", "equal-shares")

    assert (code, err) == (0, "")
    assert "Each voter has 19." in out
    assert "3 paid 8.33 each." in out
    assert out.endswith("Elected: b c. Spent: 32.50.\n")


def test_our_own_rule_asks_for_the_lot(command: Callable[..., Said], file: Path) -> None:
    assert command(file, "--rule", "equal-shares-completed")[0] == 2
    assert json.loads(command(file, "--rule", "equal-shares-completed", "--lot", "5e", "--json")[1])["winners"]


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "The file is empty."),
        (b"META\nkey;value\nbudget;-1\n", "There is no section PROJECTS."),
        (b"\x7fELF\x02\x01\x01\xff", "Line 1: it is not written in UTF-8."),
    ],
)
def test_a_broken_file_is_one_clear_line(command: Callable[..., Said], file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)

    assert command(file, "--rule", "approval", "--json") == (2, "", f"{file} can't be counted. {says}\n")


def test_ballots_that_a_rule_can_not_count_are_said_to_be_so(command: Callable[..., Said], file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("approval", "ordinal"), "utf-8")

    code, _, err = command(file, "--rule", "equal-shares")

    assert code == 2
    assert "The rule equal-shares counts ticks, and the vote_type of this file is ordinal." in err


def test_a_file_that_is_not_there_and_a_folder_are_said_to_be_so(command: Callable[..., Said], tmp_path: Path) -> None:
    assert (
        command(tmp_path / "no.pb", "--rule", "greedy")[2]
        == f"{tmp_path / 'no.pb'} can't be read: No such file or directory.\n"
    )
    assert command(tmp_path, "--rule", "greedy")[::2] == (2, f"{tmp_path} can't be read: Is a directory.\n")


def test_a_terminal_gets_no_sign_that_it_would_obey(command: Callable[..., Said], file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("b;25;", "b;25;\x1b[2Jgone\u202e"), "utf-8")

    out = command(file, "--rule", "greedy")[1]

    assert "\x1b" not in out and "\u202e" not in out
    assert "b [2Jgone" in out


@pytest.mark.parametrize(
    "name, rule, winners",
    [
        ("Netherlands_Assen_2024", "equal-shares", ["3", "9", "2", "11", "13", "14", "5", "6", "12"]),
        ("Poland_Gdynia_2020_Babie_Doly__large", "greedy-no-skip", ["4"]),
    ],
)
def test_a_published_election_is_counted(
    command: Callable[..., Said], name: str, rule: str, winners: list[str]
) -> None:
    assert json.loads(command(published(name), "--rule", rule, "--json")[1])["winners"] == winners
