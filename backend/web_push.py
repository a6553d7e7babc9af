"""The one file that talks to push services: encrypts (RFC 8291), signs (RFC 8292) and sends (RFC 8030).

Endpoints are somebody's text. So each request goes to a push service's host by name and to a public address by
number, follows no redirect, ends after ten seconds in all, and leaves the answer's body unread.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from . import push, vapid
from .deliveries import Outcome
from .errors import Refusal
from .push_answers import outcome_of
from .settings import Settings

DEADLINE_SECONDS = 10.0  # for all of a request; a limit for each read would not end a slow drip
MOST_BYTES = 3993  # of a payload: 4,096 that push services take, less what encryption adds
LONGEST_TITLE = 200  # characters
HEADER_HOURS = 12  # how long a signed header is good; push services take at most 24
MOST_CONNECTIONS = 100

log = structlog.get_logger()


@dataclass(frozen=True)
class Letter:
    """What is to be sent to one phone; ttl in seconds, urgency and topic as RFC 8030 has them."""

    endpoint: str
    p256dh: str
    auth: str
    payload: bytes
    ttl: int
    urgency: str
    topic: str


class PrivateAddress(Exception):
    """A push service's name leads to an address that is not public."""


class Sender:
    """Sends letters, many at once, and keeps connections between batches. Use it with `with`."""

    def __init__(self, settings: Settings, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self.settings, self.deadline_seconds = settings, deadline_seconds
        self._vapid = Vapid02(vapid.private_key(settings))
        self._headers: dict[str, tuple[str, float]] = {}  # by audience: the header, and when to sign anew

    def __enter__(self) -> Sender:
        self._runner = asyncio.Runner()
        self._session = self._runner.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._runner.run(self._session.close())
        self._runner.close()

    def send(self, letters: Sequence[Letter], heard: Callable[[int, Outcome], None]) -> None:
        """Sends all; calls heard(position, outcome) for each as soon as its answer is there."""
        self._runner.run(self._send_all(letters, heard))

    async def _open(self) -> aiohttp.ClientSession:
        trusted = ssl.create_default_context()
        if self.settings.push_ca:
            trusted.load_verify_locations(self.settings.push_ca)
        connector = aiohttp.TCPConnector(
            resolver=CarefulResolver(self.settings), ssl=trusted, limit=MOST_CONNECTIONS, ttl_dns_cache=60
        )
        deadline = aiohttp.ClientTimeout(total=self.deadline_seconds)
        return aiohttp.ClientSession(
            connector=connector, timeout=deadline, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )

    async def _send_all(self, letters: Sequence[Letter], heard: Callable[[int, Outcome], None]) -> None:
        async def one(position: int, letter: Letter) -> None:
            heard(position, await self._send(letter))

        await asyncio.gather(*(one(position, letter) for position, letter in enumerate(letters)))

    async def _send(self, letter: Letter) -> Outcome:
        try:
            push.make_sure_it_is_a_push_service(letter.endpoint, self.settings)
            body = encrypted(letter)
        except (Refusal, ValueError, WebPushException) as wrong:
            log.warning("a letter can't be sent", host=_host(letter), why=type(wrong).__name__)
            return Outcome("failed")
        headers = {
            "TTL": str(letter.ttl), "Urgency": letter.urgency, "Topic": letter.topic, "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream", "Authorization": self._header_for(letter.endpoint),
        }  # fmt: skip
        try:
            # Leaving the block lets the connection go, body and all.
            async with self._session.post(letter.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
                return outcome_of(answer.status, answer.headers.get("Retry-After"), _host(letter))
        except PrivateAddress:
            log.error("a push service leads to an address that is not public", host=_host(letter))
            return Outcome("failed")
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as wrong:
            log.warning("no answer from a push service", host=_host(letter), why=type(wrong).__name__)
            return Outcome("waiting")

    def _header_for(self, endpoint: str, clock: Callable[[], float] = time.time) -> str:
        """The signed header for an endpoint's push service, the same for all its phones until it ends."""
        audience = "https://" + urlsplit(endpoint).netloc.removesuffix(":443")
        header, anew_at = self._headers.get(audience, ("", 0.0))
        if anew_at <= clock():
            ends = int(clock()) + HEADER_HOURS * 3600
            claims = {"aud": audience, "exp": ends, "sub": self.settings.contact}
            header = str(self._vapid.sign(claims)["Authorization"])
            self._headers[audience] = header, ends - 3600
        return header


class CarefulResolver(AbstractResolver):
    """Finds a host's addresses, and gives them out only where all are public: we connect to what was looked at."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        may_be_loopback = f"{host}:{port}" in self._settings.push_loopback
        for one in found:
            address = ipaddress.ip_address(one["host"].partition("%")[0])
            if not is_public(address) and not (may_be_loopback and address.is_loopback):
                raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address may belong to a push service; IPv6 that carries an IPv4 address is judged by that one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.teredo or address.sixtofour:
            return False
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
    return address.is_global and not address.is_multicast


def payload(
    *, notice_id: int, tag: str, title: str, body: str, language: str, direction: str, navigate: str, at: datetime
) -> bytes:
    """One payload for service workers and for declarative push. Title and body are cut where they would be too long."""
    notification = {
        "title": title[:LONGEST_TITLE], "body": body, "lang": language, "dir": direction, "navigate": navigate,
        "tag": tag, "timestamp": int(at.timestamp() * 1000), "data": {"notice": notice_id},
    }  # fmt: skip
    while len(made := _json({"web_push": 8030, "notification": notification})) > MOST_BYTES:
        spare = (len(made) - MOST_BYTES) // 4 + 2  # a sign has at most four bytes
        body = body[:-spare]
        notification["body"] = body + "…"
    return made


def encrypted(letter: Letter) -> bytes:
    """The payload as only that phone can read it. Raises ValueError or WebPushException when its keys are wrong."""
    if len(letter.payload) > MOST_BYTES:
        raise ValueError("the payload is too long")
    receiver = {"endpoint": letter.endpoint, "keys": {"p256dh": letter.p256dh, "auth": letter.auth}}
    body: bytes = WebPusher(receiver).encode(letter.payload)["body"]
    return body


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _host(letter: Letter) -> str | None:
    """What may be logged of an endpoint; the rest of it is a secret of the phone's."""
    return urlsplit(letter.endpoint).hostname
