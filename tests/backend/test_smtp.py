"""The way to a mail server: certificates are checked, and a server that drags its feet is left."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from backend import settings, smtp
from backend.settings import Settings, WrongSetting
from tests.mail_server import MailServer


def with_server(url: str) -> Settings:
    return replace(settings.from_environment({}), smtp_url=url)


def a_mail() -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["To"], made["From"] = "Hej", "ana@example.org", "forum@example.org"
    made.set_content("Hej")
    return made


def sent(url: str, context: ssl.SSLContext | None = None) -> str:
    with smtp.connect(with_server(url), seconds=5, context=context) as way:
        return way.send("forum@example.org", "ana@example.org", a_mail()).state


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_server_with_a_certificate_that_we_trust_is_used(tmp_path: Path, tls: str) -> None:
    with MailServer(tmp_path, tls=tls) as server:
        assert sent(server.url, ssl.create_default_context(cafile=server.ca)) == "sent"

        assert len(server.box.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, tls: str) -> None:
    with MailServer(tmp_path, tls=tls) as server:
        with pytest.raises(smtp.Unreachable):
            sent(server.url)

        assert server.box.mails == []


def test_mail_never_falls_back_to_a_plain_line() -> None:
    with MailServer() as server, pytest.raises(smtp.Unreachable):
        sent(server.url.replace("smtp:", "smtp+starttls:"))


@contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """A server that greets, then sends a sign each tenth of a second for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            line, _ = listening.accept()
            try:
                line.sendall(first)
                while True:
                    line.sendall(b"2")
                    time.sleep(0.1)
            except OSError:
                line.close()

        threading.Thread(target=drip, daemon=True).start()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("first", [b"", b"220 hello\r\n"])
def test_a_server_that_drips_is_left_in_time(first: bytes) -> None:
    with dripping(first) as port:
        started = time.monotonic()

        try:
            with smtp.connect(with_server(f"smtp://127.0.0.1:{port}"), seconds=1) as way:
                assert way.send("forum@example.org", "ana@example.org", a_mail()).state == "waiting"
        except smtp.Unreachable:
            pass

        assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("answer", "words", "is_bounce"),
    [
        (550, "5.1.1 no such user", True), (550, "no such user", True), (552, "5.2.2 mailbox full", True),
        (550, "5.7.1 relaying denied", False), (554, "no", False), (450, "4.2.1 later", False),
        (0, "5.1.1 (no such user)", True), (0, "4.4.1", False), (0, "", False), (0, "5." + "9" * 99, False),
    ],
)  # fmt: skip
def test_only_what_is_about_the_mailbox_is_a_bounce(answer: int, words: str, is_bounce: bool) -> None:
    assert smtp.is_bounce(answer, words) is is_bounce


@pytest.mark.parametrize(
    "said",
    [
        {"MAIL_FROM": "forum"}, {"MAIL_FROM": "a@b.se\r\nBcc: c@d.se"}, {"MAIL_BOUNCES": "x y@z.se"},
        {"SMTP_URL": "http://mail"},
    ],
)  # fmt: skip
def test_a_sender_that_is_no_address_stops_the_start(said: dict[str, str]) -> None:
    with pytest.raises(WrongSetting, match=next(iter(said))):
        settings.from_environment(said)


def test_production_tells_no_password_over_a_plain_line() -> None:
    good = {
        "PRODUCTION": "1", "PUBLIC_URL": "https://forum.example.com", "CONTACT": "mailto:a@example.com",
        "MAIL_FROM": "forum@example.com",
    }  # fmt: skip

    with pytest.raises(WrongSetting, match="SMTP_URL"):
        settings.from_environment({**good, "SMTP_URL": "smtp://us:secret@mail.example.com"})
    settings.from_environment({**good, "SMTP_URL": "smtps://us:secret@mail.example.com"})
