"""The two commands as a newcomer meets them, in a small project whose locks are empty, so that nothing is fetched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Says what ./run started, with which words and where.
MAIN = """
import os, sys
print("arguments", *sys.argv[1:])
print("folder", os.getcwd())
import statistics
print("statistics", statistics.__file__)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "a clone with a space"
    (project / "backend").mkdir(parents=True)
    for name in ("run", "test", "sh_env"):
        shutil.copy2(ROOT / name, project / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (project / name).write_text("# Nothing to install.\n")
    (project / "backend/__main__.py").write_text(MAIN)
    return project


@pytest.fixture(params=["with uv", "without uv"])
def surroundings(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of a shell that has uv, and of one that has Python alone."""
    if request.param == "without uv":
        return os.environ | {"NO_UV": "1"}
    if not shutil.which("uv"):
        pytest.skip("uv is not installed")
    return {name: value for name, value in os.environ.items() if name != "NO_UV"}


@pytest.mark.long
def test_the_first_start_sets_up_and_the_second_has_nothing_to_do(project: Path, surroundings: dict[str, str]) -> None:
    first = _start(project / "run", surroundings)

    second = _start(project / "run", surroundings)

    assert "Installing what requirements.txt names" in first.stderr
    assert second.stderr == ""


@pytest.mark.long
def test_a_command_called_through_a_link_stays_in_the_callers_folder(
    project: Path, surroundings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "statistics.py").write_text("raise SystemExit('the folder of the caller leaked in')")
    (tmp_path / "link").symlink_to(project / "run")

    started = _start(tmp_path / "link", surroundings, "--data", "there", folder=tmp_path)

    assert "arguments --data there" in started.stdout
    assert f"folder {tmp_path}" in started.stdout


@pytest.mark.long
def test_what_an_interrupted_start_left_is_made_afresh(project: Path, surroundings: dict[str, str]) -> None:
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/bin/python").write_text("half written")
    (project / ".venv.turn").symlink_to(str(_process_that_ended()))

    started = _start(project / "run", surroundings)

    assert "arguments" in started.stdout
    assert not (project / ".venv.turn").is_symlink()


@pytest.mark.long
def test_of_two_that_start_at_once_one_installs_and_one_waits(project: Path, surroundings: dict[str, str]) -> None:
    both = [
        subprocess.Popen(
            ["sh", project / "run"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    said = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sum("Installing" in stderr for _, stderr in said) == 1


@pytest.mark.long
def test_a_start_that_is_stopped_gives_its_turn_back(project: Path) -> None:
    slow = project / "slow-python"
    slow.write_text(f'#!/bin/sh\n[ "$1" != -m ] || sleep 30\nexec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    surroundings = os.environ | {"NO_UV": "1", "PYTHON": str(slow)}
    process = subprocess.Popen(["sh", project / "run"], env=surroundings, start_new_session=True)
    _wait_for((project / ".venv.turn").is_symlink)

    os.killpg(process.pid, signal.SIGTERM)

    assert process.wait(timeout=20) != 0
    assert not (project / ".venv.turn").is_symlink()


@pytest.mark.long
def test_run_takes_what_the_tests_installed(project: Path, surroundings: dict[str, str]) -> None:
    # The empty development lock holds no pytest, so the call fails after everything was set up.
    subprocess.run([project / "test", "fast"], env=surroundings, capture_output=True, check=False)

    started = _start(project / "run", surroundings)

    assert started.stderr == ""


@pytest.mark.long
def test_a_changed_lock_is_installed_at_the_next_start(project: Path, surroundings: dict[str, str]) -> None:
    _start(project / "run", surroundings)
    (project / "requirements.txt").write_text("# Still nothing, said otherwise.\n")

    started = _start(project / "run", surroundings)

    assert "Installing what requirements.txt names" in started.stderr


def test_without_python_one_line_says_what_to_install(project: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cat", "cksum", "ln", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))

    started = subprocess.run(
        ["sh", project / "run"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )

    assert started.returncode == 1
    assert "apt-get install python3 python3-venv" in started.stderr.splitlines()[-1]


def _start(
    command: Path, surroundings: dict[str, str], *words: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [command, *words], env=surroundings, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def _process_that_ended() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def _wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
