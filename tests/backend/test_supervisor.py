from __future__ import annotations

import os
import socket
import sys

import pytest

from backend import settings, supervisor
from backend.settings import WrongSetting

FOREVER = [sys.executable, "-c", "import time; time.sleep(60)"]
AT_ONCE = [sys.executable, "-c", "pass"]


def test_a_process_that_was_killed_is_started_again() -> None:
    child = supervisor.Child("sleeper", FOREVER, os.environ)
    first = child.process.pid
    child.process.kill()
    child.process.wait()

    child.look_after(clock=lambda: child.started + 60)

    assert child.process.pid != first
    child.end()
    assert child.process.poll() is not None


def test_a_process_that_keeps_ending_is_started_less_and_less_often() -> None:
    child = supervisor.Child("stumbler", AT_ONCE, os.environ)
    child.process.wait()

    child.look_after(clock=lambda: child.started + 0.1)

    assert child.process.poll() is not None  # not yet
    assert child.pause == 1.0


def test_a_port_that_is_taken_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind((supervisor.HOST, 0))
        taken.listen()
        found = settings.from_environment({"PORT": str(taken.getsockname()[1])})

        with pytest.raises(WrongSetting, match="--port"):
            supervisor.serve(found)
