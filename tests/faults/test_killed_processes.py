"""A process of the running service is killed without warning; the service goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """(process id, port) of a running service."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SWEEP_SECONDS": "0.5", "LIMITS_TIMES": "1000"}
    command = [sys.executable, "-m", "backend", "--port", str(port), "--data", str(tmp_path / "data"), "--empty"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_until(lambda: answers(port), 30)
            yield process.pid, port
        finally:
            process.terminate()
            process.wait(30)


def test_web_and_worker_are_started_again(service: tuple[int, int]) -> None:
    pid, port = service
    web, worker = children(pid, "granian"), children(pid, "work")
    assert web and worker

    orphans = [child for parent in web for child in children(parent, "")]
    for victim in (*web, *worker):
        os.kill(victim, signal.SIGKILL)

    wait_until(lambda: bool(children(pid, "work")) and bool(children(pid, "granian")), 20)
    wait_until(lambda: answers(port), 20)
    assert not set(children(pid, "granian")) & set(web)
    assert orphans
    wait_until(lambda: not any(Path(f"/proc/{orphan}").exists() for orphan in orphans), 10)


def test_one_killed_web_process_does_not_end_the_others(service: tuple[int, int]) -> None:
    pid, port = service
    [master] = children(pid, "granian")
    workers = children(master, "granian") or children(master, "spawn")
    assert len(workers) >= 2

    os.kill(workers[0], signal.SIGKILL)

    wait_until(lambda: answers(port), 10)
    wait_until(lambda: len(children(master, "granian") or children(master, "spawn")) >= 2, 20)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def children(parent: int, word: str) -> list[int]:
    """The ids of a process's living children whose command line has the word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if int(stat[1]) == parent and stat[0] != "Z" and word in line:
            found.append(int(folder.name))
    return found


def wait_until(is_so, seconds: float) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} seconds")
