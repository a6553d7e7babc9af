"""What tools find without running the code: lint, types, templates, shell. As tests, so that one line tells all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHELL_FILES = ("run", "test", "sh_env", ".ci/run")


def test_the_code_follows_the_rules_of_lint() -> None:
    _must_be_content(sys.executable, "-m", "ruff", "check", "--quiet", ".")


def test_the_types_of_the_backend_fit() -> None:
    _must_be_content(sys.executable, "-m", "mypy")


def test_the_templates_are_well_formed() -> None:
    _must_be_content(sys.executable, "-m", "djlint", "--lint", "--quiet", "pwa/templates")


@pytest.mark.parametrize("name", SHELL_FILES)
def test_the_shell_files_are_posix(name: str) -> None:
    _must_be_content("sh", "-n", name)


def _must_be_content(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, f"{' '.join(command)} says:\n{done.stdout}{done.stderr}"
