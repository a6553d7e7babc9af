"""The whole service as people run it: web and worker, started by the command, on a folder of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Nobody waits for a night to end or ten seconds to pass; production refuses these values.
QUICK = {
    "LIMITS_TIMES": "1000",
    "SWEEP_SECONDS": "0.3",
    "UNDO_SECONDS": "0.5",
    "LEASE_SECONDS": "5",
    "QUIET_FROM": "0",
    "QUIET_UNTIL": "0",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Service:
    """A running service; `with Service(folder) as service`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    def __enter__(self) -> Service:
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.log = self.folder / "service.log"
        self.environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **QUICK,
            "PUBLIC_URL": self.address, "DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), **self.settings,
        }  # fmt: skip
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "backend", *self.options]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, cwd=self.folder)
        self._wait()
        return self

    @property
    def database(self) -> str:
        """The address of its rows, for what tests find or leave there themselves."""
        return self.settings.get("DATABASE_URL", f"sqlite:///{self.folder}/data/innovationsforum.db")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def run(self, *words: str) -> str:
        """What a command prints, such as run("slips", "seved", "--count", "1")."""
        command = [sys.executable, "-m", "backend", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def sign_in_address(self, name: str, role: str, language: str = "sv", area: str = "seved") -> str:
        printed = self.run("person", "add", name, "--role", role, "--area", area, "--language", language)
        found = re.search(r"http\S+", printed)
        assert found, printed
        return found[0]

    def slip(self, area: str = "seved") -> str:
        return self.run("slips", area, "--count", "1").splitlines()[-1].strip()

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())
