"""A small client for Firefox (WebDriver BiDi, without any driver between): start, go somewhere, run a script, tap.

Its notices are read as the service worker's registration has them, and tapped where Firefox itself draws them.
"""

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
FLAGS = (
    "--headless", "--no-remote", "--remote-debugging-port", "0",
    "--remote-allow-system-access",  # to Firefox's own windows: a notice is one
)  # fmt: skip
NOTICES = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((shown) =>
    shown.map(({ title, body, lang, dir, tag, data }) => ({ title, body, lang, dir, tag, data })))"""


class Failed(Exception):
    """What Firefox answered where it could not do what was asked."""


PROMISE = 'document.querySelector("[data-enhance=push] [data-state=ask]:not([hidden]) button")'
KEPT = 'Boolean(document.querySelector("[data-enhance=push] [data-state=on]:not([hidden])"))'


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
        command = [self.program, *FLAGS, "--profile", str(self.profile)]
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
        """What an expression comes to, promises awaited; anything that JSON can hold. Raises Failed."""
        wrapped = f"(async () => JSON.stringify(await ({script})) ?? 'null')()"
        return json.loads(self._evaluate(wrapped, self.window))

    def wait_for(self, script: str, seconds: float = 15) -> Any:
        """The first true value of an expression; a page that is just going or coming is asked again."""
        end, why = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            try:
                if found := self.run(script):
                    return found
            except Failed as failed:
                why = str(failed)
            time.sleep(0.1)
        raise AssertionError(f"Firefox never said yes to: {script} {why}")

    def follow(self, address: str) -> None:
        """Opens the page and taps on its promise of notices, unless it is kept; waits until the page says so."""
        self.go(address)
        self.wait_for(f"Boolean({PROMISE}) || {KEPT}")
        self.run(f"({PROMISE}?.click(), true)")
        self.wait_for(KEPT)

    def notice(self, words: str, seconds: float = 15) -> dict[str, Any]:
        """The notice whose title has these words, as soon as it is shown."""
        found: dict[str, Any] = self.wait_for(
            f"({NOTICES}).then((all) => all.find((one) => one.title.includes({json.dumps(words)})))", seconds
        )
        return found

    def tap(self, words: str) -> None:
        """Taps on the notice that Firefox draws with these words in its title, as a hand would."""
        click = f"""(() => {{
            const isMeant = document.getElementById("alertTitleLabel")?.value.includes({json.dumps(words)});
            if (isMeant) document.getElementById("alertBox").click();
            return String(Boolean(isMeant));
        }})()"""
        drawn = [one for one in self._windows("chrome") if one["url"].endswith("/alert.xhtml")]
        assert any(self._evaluate(click, one["context"]) == "true" for one in drawn), "no such notice is drawn"

    def wait_for_window(self, address: str, seconds: float = 15) -> None:
        """Waits until some window shows this address."""
        end = time.monotonic() + seconds
        while address not in (there := [one["url"] for one in self._windows("content")]):
            assert time.monotonic() < end, f"{address} is not among {there}"
            time.sleep(0.1)

    def command(self, method: str, timeout: float = 60, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said: dict[str, Any] = json.loads(self._socket.recv(timeout=timeout))
            if said.get("id") == self._number:
                if said["type"] != "success":
                    raise Failed(f"{method}: {said.get('message')}")
                found: dict[str, Any] = said["result"]
                return found

    def _evaluate(self, script: str, window: str) -> str:
        # A script counts as somebody's touch, without which browsers ask for no permission.
        how: dict[str, Any] = {"target": {"context": window}, "awaitPromise": True, "userActivation": True}
        made = self.command("script.evaluate", expression=script, **how)
        if made["type"] != "success":
            raise Failed(made["exceptionDetails"]["text"])
        text: str = made["result"]["value"]
        return text

    def _windows(self, scope: str) -> list[dict[str, Any]]:
        """Top windows: of pages ("content"), or of Firefox itself ("chrome")."""
        asked: dict[str, Any] = {"moz:scope": scope} if scope == "chrome" else {}
        tree = self.command("browsingContext.getTree", **asked)
        found: list[dict[str, Any]] = tree["contexts"]
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
