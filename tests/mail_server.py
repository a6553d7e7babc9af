"""A mail server of the tests' own, on 127.0.0.1: it keeps what it gets, and refuses what it is told to refuse."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.push_service import certificates


@dataclass
class Box:
    """What came in, and how each command is answered: the next answer to a receiver, then to a whole mail."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    to_receiver: list[str] = field(default_factory=list)
    to_mail: list[str] = field(default_factory=list)
    tries: int = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _more: Any) -> str:  # noqa: N802
        self.tries += 1
        answer = self.to_receiver.pop(0) if self.to_receiver else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.to_mail:
            return self.to_mail.pop(0)
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        self.raw.append(envelope.content)
        self.senders.append(envelope.mail_from)
        self.receivers.extend(envelope.rcpt_tos)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


class MailServer:
    """Plain where no folder is given; else with a certificate made there, "starttls" or "smtps"."""

    def __init__(self, folder: Path | None = None, *, tls: str = "", port: int = 0) -> None:
        self.box, self.tls, self.port, self.ca = Box(), tls, port or _free_port(), ""
        context = None
        if folder is not None:
            self.ca, certificate = certificates(folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        over = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
        self.controller = Controller(
            self.box, hostname="127.0.0.1", port=self.port, ssl_context=context if tls == "smtps" else None, **over
        )

    def __enter__(self) -> MailServer:
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    @property
    def url(self) -> str:
        scheme = {"": "smtp", "starttls": "smtp+starttls", "smtps": "smtps"}[self.tls]
        return f"{scheme}://localhost:{self.port}" if self.tls else f"{scheme}://127.0.0.1:{self.port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
