"""A small client for Firefox (WebDriver BiDi, without any driver between): start, go somewhere, run a script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

NOWHERE = "http://127.0.0.1:9/"
# Nothing leaves this machine: what Firefox asks its maker for goes to a closed port.
SETTINGS: dict[str, Any] = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "network.proxy.no_proxies_on": "127.0.0.1,localhost",
    "app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True, "toolkit.telemetry.server": "",
    "services.settings.server": NOWHERE, "browser.safebrowsing.downloads.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False, "browser.aboutwelcome.enabled": False,
    "permissions.default.desktop-notification": 1,  # as if somebody had said yes
    "alerts.useSystemBackend": False,  # the system here has nothing that draws notices
    "dom.push.enabled": True, "dom.push.connection.enabled": True,  # off in a fresh profile that is remote-controlled
    "dom.push.testing.allowInsecureServerURL": True,  # a websocket of this machine instead of its maker's
}  # fmt: skip


class Firefox:
    """A Firefox with a fresh profile; use it with `with`."""

    def __init__(self, program: str, language: str = "sv", **settings: Any) -> None:
        self.program = program
        self.settings = {**SETTINGS, "intl.accept_languages": language, **settings}
        self._number = 0
        self._open = ExitStack()

    def __enter__(self) -> Firefox:
        self.profile = Path(tempfile.mkdtemp(prefix="firefox-"))
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self.settings.items())
        (self.profile / "user.js").write_text("\n".join(lines))
        command = [self.program, "--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", "0"]
        own = {**os.environ, "HOME": str(self.profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=own)
        self._socket = self._open.enter_context(connect(self._address() + "/session", max_size=None))
        self.command("session.new", capabilities={})
        self.window = self.command("browsingContext.getTree")["contexts"][0]["context"]
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.command("browser.close", timeout=10)
            self.process.wait(10)
        except Exception:  # however it ended, nothing of it stays
            self.process.kill()
            self.process.wait()
        self._open.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def go(self, address: str) -> None:
        self.command("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def run(self, script: str) -> Any:
        """What an expression comes to, promises awaited; anything that JSON can hold."""
        wrapped = f"(async () => JSON.stringify(await ({script})) ?? 'null')()"
        # A script counts as somebody's touch, without which browsers ask for no permission.
        how = {"target": {"context": self.window}, "awaitPromise": True, "userActivation": True}
        made = self.command("script.evaluate", expression=wrapped, **how)
        assert made["type"] == "success", made["exceptionDetails"]["text"]
        return json.loads(made["result"]["value"])

    def wait_for(self, script: str, seconds: float = 15) -> Any:
        """The first true value of an expression."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.run(script):
                return found
            time.sleep(0.1)
        raise AssertionError(f"Firefox never said yes to: {script}")

    def command(self, method: str, timeout: float = 60, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said: dict[str, Any] = json.loads(self._socket.recv(timeout=timeout))
            if said.get("id") == self._number:
                assert said["type"] == "success", f"{method}: {said.get('message')}"
                found: dict[str, Any] = said["result"]
                return found

    def _address(self) -> str:
        """Firefox prints where it listens; what it prints later is read too, so that it never waits for a reader."""
        errors = self.process.stderr
        assert errors is not None
        for line in errors:
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                threading.Thread(target=errors.read, daemon=True).start()
                return found[1]
        raise AssertionError("Firefox ended before it listened")
