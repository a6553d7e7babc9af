"""The locks, the two commands and the papers: what a fresh clone relies on."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")

# Put together here, so that this file does not name them itself.
PACKAGE_HOSTS = [
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("deb", "debian", "org"))
]
FOLDERS_OF_ONE_MACHINE = re.compile(rf"(?<![\w.}}/-])/(?:{'work'}|home/\w+|opt/\w+)/")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_hashed(lock: str) -> None:
    for entry in _entries(lock):
        assert "==" in entry, f"{lock}: {entry.splitlines()[0]} names no version"
        assert "--hash=sha256:" in entry, f"{lock}: {entry.splitlines()[0]} has no hash"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|-e|--index-url|--extra-index-url|--find-links)\b", text, re.MULTILINE)
    assert not re.search(r"(?<!\w)/\w+/", text)


def test_the_run_lock_holds_what_the_project_depends_on() -> None:
    wanted = _names(_project()["project"]["dependencies"])

    assert _asked_for("requirements.txt") == wanted


def test_the_development_lock_holds_the_groups_and_all_of_the_run_lock() -> None:
    wanted = _names(_project()["dependency-groups"]["dev"])

    assert _asked_for("requirements-dev.txt") == wanted | _asked_for("requirements.txt")
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


def test_every_dependency_has_a_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    dependencies = [line for line in lines if re.match(r'\s+"[a-z0-9\[\]-]+>=', line)]

    assert dependencies
    assert [line for line in dependencies if not re.search(r",\s*# \w+", line)] == []


@pytest.mark.parametrize("name", ["run", "test", ".ci/run"])
def test_a_command_can_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_ci_calls_the_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == ['exec "$(dirname "$0")/../test"']


def test_no_setting_of_a_developers_shell_reaches_the_tests() -> None:
    read = re.findall(r"read\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "backend/settings.py").read_text())
    forgotten = (ROOT / "test").read_text().split("unset ")[1].split("}")[0].split()

    assert read
    assert set(read) <= set(forgotten), "name the new setting in ./test, where it is unset"


def test_no_file_names_a_package_host_or_a_folder_of_one_machine() -> None:
    for path in _tracked_files():
        text = path.read_text(errors="replace")
        name = path.relative_to(ROOT)
        assert [host for host in PACKAGE_HOSTS if host in text] == [], f"{name} names a package host"
        assert not FOLDERS_OF_ONE_MACHINE.search(text), f"{name} names a folder of one machine"


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in text
    assert [number for number in range(1, 16) if f"\n{number}." not in text] == []
    assert "Appendix" in text


def test_papers_link_only_to_files_that_exist() -> None:
    for paper in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", paper.read_text()):
            assert (paper.parent / target).exists(), f"{paper.relative_to(ROOT)} links to {target}"


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _entries(lock: str) -> list[str]:
    """Each requirement with its hashes and the comment that says who asked for it."""
    text = (ROOT / lock).read_text()
    return [part for part in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if part[:1].isalnum()]


def _asked_for(lock: str) -> set[str]:
    return {_name(entry) for entry in _entries(lock) if "innovationsforum (pyproject.toml" in entry}


def _pins(lock: str) -> dict[str, str]:
    return {_name(entry): entry.splitlines()[0].rstrip(" \\") for entry in _entries(lock)}


def _names(requirements: list[str]) -> set[str]:
    return {_name(requirement) for requirement in requirements}


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0].lower()


def _tracked_files() -> list[Path]:
    """The project's text files as git knows them. Skips where the project was unpacked without git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this copy of the project has no git")
    pictures = {".png", ".jpg", ".webp", ".ico", ".gif"}
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file() and path.suffix not in pictures]
