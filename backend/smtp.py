"""The one file that talks to mail servers. Where none is set, letters are printed, so that the example can be tried."""

from __future__ import annotations

import re
import smtplib
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import structlog

from .mail import Outcome
from .settings import Settings

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LONGEST_SECONDS = 20.0  # for one letter, and for the greeting; a server that drips slowly is left
ABOUT_THE_MAILBOX = ("0", "1", "2", "4")  # RFC 3463: 5.1.x address, 5.2.x mailbox, 5.4.x no way there
PLAIN_REFUSALS = (550, 551, 553)  # the same, where a server gives no enhanced number

log = structlog.get_logger()


class Unreachable(Exception):
    """No mail can be sent just now: the server is away, or does not let us in."""


class Sends(Protocol):
    def send(self, sender: str, receiver: str, mail: EmailMessage) -> Outcome: ...


class Connection:
    """An open way to the mail server. After one that broke each letter is tried again later."""

    def __init__(self, server: smtplib.SMTP, seconds: float) -> None:
        self.server, self.seconds = server, seconds
        self.is_broken = False

    def send(self, sender: str, receiver: str, mail: EmailMessage) -> Outcome:
        """Hands one mail over; sender is where it would come back to. Never raises for what a server answers."""
        if self.is_broken:
            return Outcome("asleep")
        try:
            with _deadline(self.server, self.seconds):
                self.server.sendmail(sender, [receiver], mail.as_bytes())
            return Outcome("sent", 250)
        except smtplib.SMTPRecipientsRefused as refused:
            return _refused(*next(iter(refused.recipients.values())))
        except smtplib.SMTPDataError as answer:
            log.warning("the mail server refused a letter", answer=answer.smtp_code)
            return Outcome("failed" if answer.smtp_code >= 500 else "waiting", answer.smtp_code)
        except smtplib.SMTPResponseException as answer:  # to us as sender: no mailbox's fault, and it can be mended
            log.error("the mail server does not let us send", answer=answer.smtp_code)
            return Outcome("waiting", answer.smtp_code)
        except (smtplib.SMTPException, OSError) as wrong:
            self.is_broken = True
            log.warning("the mail server was lost", why=type(wrong).__name__)
            return Outcome("waiting")


class Printer:
    """Stands in for a mail server in the example."""

    def send(self, sender: str, receiver: str, mail: EmailMessage) -> Outcome:
        plain = mail.get_body(("plain",))
        words = plain.get_content().rstrip() if plain else ""
        head = f"--- No mail server is set, so this letter to {receiver} stands here: ---"
        sys.stderr.write(f"{head}\n{mail['Subject']}\n\n{words}\n---\n")
        return Outcome("sent")


@contextmanager
def connect(
    settings: Settings, *, seconds: float = LONGEST_SECONDS, context: ssl.SSLContext | None = None
) -> Iterator[Sends]:
    """A way for a batch of letters; seconds bound each step as a whole. Raises Unreachable.

    Without SMTP_URL, letters are printed, which production never offers. Certificates are always checked.
    """
    if not settings.smtp_url:
        yield Printer()
        return
    try:
        server = _open(settings, seconds, context or ssl.create_default_context())
    except (smtplib.SMTPException, OSError, ValueError) as wrong:
        raise Unreachable(type(wrong).__name__) from wrong
    try:
        yield Connection(server, seconds)
    finally:
        with suppress(smtplib.SMTPException, OSError), _deadline(server, seconds):
            server.quit()
        server.close()


def is_bounce(answer: int, words: str) -> bool:
    """Whether a refusal means that the mailbox does not exist or takes no more, for good.

    5.7.x and the like are about us, such as a wrong SPF record, and must not silence every address (RFC 3463).
    """
    enhanced = re.search(r"\b([245])\.(\d{1,3})\.\d{1,3}\b", words[:500])
    if enhanced:
        return enhanced[1] == "5" and enhanced[2] in ABOUT_THE_MAILBOX
    return answer in PLAIN_REFUSALS


def _refused(answer: int, words: bytes | str) -> Outcome:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if answer < 500:
        return Outcome("waiting", answer)
    return Outcome("failed", answer, is_bounce=is_bounce(answer, said))


def _open(settings: Settings, seconds: float, context: ssl.SSLContext) -> smtplib.SMTP:
    url = urlsplit(settings.smtp_url)
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    if url.scheme == "smtps":
        server: smtplib.SMTP = _ServerOverTLS(host, port, timeout=seconds, context=context)
    else:
        server = _Server(host, port, timeout=seconds)
    try:
        with _deadline(server, seconds):
            if url.scheme == "smtp+starttls":
                server.starttls(context=context)
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


class _Server(smtplib.SMTP):
    """One whose greeting, too, must come in time."""

    def connect(self, host: str = "localhost", port: int = 0, *rest: Any, **more: Any) -> tuple[int, bytes]:
        with _deadline(self, self.timeout):
            return super().connect(host, port, *rest, **more)


class _ServerOverTLS(_Server, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


@contextmanager
def _deadline(server: Any, seconds: float) -> Iterator[None]:
    """Cuts the line after so long: a socket's own limit begins anew with each byte."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            server.sock.shutdown(2)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
