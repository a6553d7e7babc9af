"""The side of a push service that Firefox itself speaks to: a websocket on which it subscribes and hears.

Firefox makes the subscription and decrypts; nothing of its Push API is replaced. What our sender posts goes through
the push service of the tests, with all its checks, and from there on to the browser.
"""

from __future__ import annotations

import base64
import json
import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.push_service import Phone, PushService


class Autopush:
    """Use it with `with`; address is what Firefox takes as dom.push.serverURL."""

    def __init__(self, service: PushService) -> None:
        self.service = service
        self.phones: dict[str, Phone] = {}  # by channel
        self.acknowledged: list[dict[str, Any]] = []  # a code of 100 says: delivered to the service worker
        self.strangers: list[str] = []  # channels for which another key signed than the browser subscribed with

    def __enter__(self) -> Autopush:
        self._server = serve(self._talk, "127.0.0.1", 0)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/"

    def _talk(self, browser: ServerConnection) -> None:
        for message in browser:
            said = json.loads(message)
            answer = self._answer(browser, said)
            if answer is not None:
                browser.send(json.dumps({"messageType": said.get("messageType"), "status": 200, **answer}))
            elif "messageType" not in said:
                browser.send("{}")  # Firefox asks whether we are still there

    def _answer(self, browser: ServerConnection, said: dict[str, Any]) -> dict[str, Any] | None:
        channel = said.get("channelID", "")
        match said.get("messageType"):
            case "hello":
                return {"uaid": said.get("uaid") or uuid4().hex, "use_webpush": True, "broadcasts": {}}
            case "register":
                phone = self.phones[channel] = self.service.phone()
                phone.pass_on = lambda body, headers: self._pass_on(browser, said, body, headers)
                return {"channelID": channel, "pushEndpoint": phone.endpoint}
            case "unregister":
                self.phones[channel].is_gone = True
                return {"channelID": channel}
            case "ack":
                self.acknowledged += said["updates"]
        return None

    def _pass_on(self, browser: ServerConnection, asked: dict[str, Any], body: bytes, headers: dict[str, str]) -> None:
        if _key_in(headers) != asked["key"].rstrip("="):
            self.strangers.append(asked["channelID"])
            return
        with suppress(ConnectionClosed):  # a real one would keep it until the browser is back
            browser.send(json.dumps(_notification(asked["channelID"], body, headers)))


def _key_in(headers: dict[str, str]) -> str:
    """The public key that signed, as the header names it (RFC 8292, section 3.2)."""
    return headers["authorization"].rpartition("k=")[2].rstrip("=")


def _notification(channel: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "messageType": "notification",
        "channelID": channel,
        "version": uuid4().hex,
        "ttl": int(headers["ttl"]),
        "data": base64.urlsafe_b64encode(body).rstrip(b"=").decode(),
        "headers": {"encoding": headers["content-encoding"]},
    }
