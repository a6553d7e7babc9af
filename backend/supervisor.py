"""Keeps web and worker running side by side: whichever ends is started again, and both end with us."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType

from .settings import ROOT, Settings, WrongSetting

HOST = "127.0.0.1"
LONGEST_PAUSE = 30.0  # seconds between two starts of a process that keeps ending
SOUND_AFTER = 10.0  # seconds after which a process counts as having started well
GRACE = 10.0  # seconds that a process has to end by itself


class Child:
    """One process that is started again whenever it ends."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.pause = 0.5
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        # In a group of its own, so that what it started can be ended with it.
        self.process = subprocess.Popen(self.command, env=dict(self.environment), start_new_session=True)

    def look_after(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts it again when it has ended, at once the first time, then with growing pauses."""
        if self.process.poll() is None:
            return
        lived = clock() - self.started
        self.pause = 0.5 if lived > SOUND_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        if lived < self.pause:
            return
        sys.stderr.write(f"{self.name} ended with {self.process.returncode}; it is started again.\n")
        self._end_what_it_left()
        self.start()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._end_what_it_left()

    def _end_what_it_left(self) -> None:
        """A server that was killed leaves its own processes behind, which would go on answering for it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def serve(settings: Settings) -> None:
    """Runs web and worker until we are told to end. Raises WrongSetting when the port is taken."""
    _make_sure_port_is_free(settings.port)
    environment = {**os.environ, "DATA_DIR": str(settings.data), "PORT": str(settings.port), "PYTHONPATH": str(ROOT)}
    is_asked_to_end = False

    def ask_to_end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_asked_to_end
        is_asked_to_end = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_end)
    children = [
        Child("web", web_command(settings), environment),
        Child("worker", [sys.executable, "-m", "backend", "work"], environment),
    ]
    while not is_asked_to_end:
        time.sleep(0.2)
        for child in children:
            child.look_after()
    for child in reversed(children):
        child.end()


def web_command(settings: Settings) -> list[str]:
    """Granian with as many processes as asked for; without the respawn one killed worker would end the server."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "warning",
        "--host", HOST, "--port", str(settings.port), "--workers", str(settings.web_processes),
        "--blocking-threads", "4", "--respawn-failed-workers", "pwa:create_app",
    ]  # fmt: skip


def _make_sure_port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise WrongSetting(f"Port {port} is in use. Choose another: ./run --port {port + 1}") from None
