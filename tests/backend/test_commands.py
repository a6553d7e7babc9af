"""The commands, run as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough  # each command is a process of its own
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def run(tmp_path: Path, empty_database_url: str):  # type: ignore[no-untyped-def]
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": empty_database_url}
        call = [sys.executable, "-m", "backend", *words, "--data", str(tmp_path / "data")]
        return subprocess.run(
            call, env=environment, input="", capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60
        )

    return command


def test_an_operator_sets_up_a_city_of_their_own(run) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").returncode == 0
    assert "kirseberg: Kirseberg" in run("area", "add", "Kirseberg").stdout
    assert run("area", "add", "Slottsstaden").returncode == 0
    assert "kirseberg: Nya Kirseberg" in run("area", "rename", "kirseberg", "Nya Kirseberg").stdout
    assert run("area", "order", "slottsstaden").stdout.startswith("slottsstaden")

    added = run("person", "add", "Nour", "--role", "coordinator", "--area", "kirseberg", "--language", "ar")

    assert added.stdout.startswith("http://localhost:8000/ar/sign-in/")


def test_those_who_have_a_role_are_listed_with_where(run) -> None:  # type: ignore[no-untyped-def]
    run("area", "add", "Kirseberg")
    run("person", "add", "Nour", "--role", "coordinator", "--area", "kirseberg", "--mail", "nour@example.org")
    run("person", "add", "Olle", "--role", "operator")
    run("person", "add", "Rut", "--role", "resident", "--area", "kirseberg")

    assert run("person", "list").stdout == "1: Nour, coordinator, kirseberg\n2: Olle, operator, everywhere\n"
    twice = run("person", "add", "Nils", "--role", "operator", "--mail", "Nour@example.org")
    assert twice.returncode == 2 and "Somebody else uses this address" in twice.stderr


def test_after_a_restore_nothing_that_was_open_is_left(run) -> None:  # type: ignore[no-untyped-def]
    run("area", "add", "Kirseberg")
    run("person", "add", "Nour", "--role", "coordinator", "--area", "kirseberg")
    run("slips", "kirseberg", "--count", "2")

    said = run("erasures", "replay")

    assert said.stdout == "Erased again: 0. All sign-ins have ended. Slips that are void now: 2.\n"
    assert "Slips that are void now: 0." in run("erasures", "replay").stdout


def test_slips_are_printed_in_groups_of_four(run) -> None:  # type: ignore[no-untyped-def]
    run("area", "add", "Kirseberg")

    lines = run("slips", "kirseberg", "--count", "3").stdout.splitlines()

    assert len(lines) == 4
    assert all(len(line.split()) == 4 and line.replace(" ", "").isdigit() for line in lines[1:])


def test_the_example_comes_and_goes(run) -> None:  # type: ignore[no-untyped-def]
    assert "Mira" not in run("migrate").stdout
    assert run("demo").stdout.count("/sv/sign-in/") == 6
    assert run("demo").returncode == 2  # never twice, never beside what is real
    assert run("demo", "--remove").returncode == 0
    assert run("area", "list").stdout.strip() == ""
    assert run("demo").returncode == 0


def test_the_audit_log_is_checked_against_a_head_that_was_kept(run) -> None:  # type: ignore[no-untyped-def]
    run("area", "add", "Kirseberg")
    run("slips", "kirseberg", "--count", "1")

    head = run("audit", "verify").stdout.split()[-1]
    run("slips", "kirseberg", "--count", "1")

    assert head.startswith("1:")
    assert run("audit", "verify", "--head", head).returncode == 0
    cut_off = run("audit", "verify", "--head", f"7{head[1:]}")
    assert cut_off.returncode == 2 and "act 7 was sealed before" in cut_off.stderr
    assert run("audit", "verify", "--head", "nonsense").returncode == 2


def test_the_push_key_stays_the_same(run) -> None:  # type: ignore[no-untyped-def]
    first = run("keys").stdout

    assert len(first.strip()) == 87
    assert run("keys").stdout == first


@pytest.mark.parametrize(
    "words",
    [
        ("area", "add", "Somewhere", "--line", "pink"),
        ("area", "add", "Somewhere", "--time-zone", "Mars/Olympus"),
        ("area", "rename", "nowhere", "Somewhere"),
        ("slips", "nowhere", "--count", "3"),
        ("person", "add", "X", "--role", "moderator"),
        ("person", "add", "X" * 61, "--role", "operator"),
    ],
)
def test_a_wrong_command_says_why_and_changes_nothing(run, words: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    answer = run(*words)

    assert answer.returncode == 2
    assert answer.stderr.strip() and "Traceback" not in answer.stderr
    assert run("area", "list").stdout.strip() == ""


def test_a_report_of_mail_that_came_back_is_read_from_a_pipe(run) -> None:  # type: ignore[no-untyped-def]
    said = run("bounce")

    assert (said.returncode, said.stdout) == (0, "This report changes nothing.\n")
