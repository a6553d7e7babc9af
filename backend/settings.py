"""What the surroundings say, read once and typed. A wrong value names itself and stops the start."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

# The hosts that browsers' push services use today; an endpoint elsewhere is somebody's text, not a push service.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "web.push.apple.com",
    "push.apple.com",
)
PLAIN_ADDRESS = re.compile(r"[\w.+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)


class WrongSetting(Exception):
    """A setting that can't be used; its text names the setting and says what it takes."""


@dataclass(frozen=True)
class Settings:
    data: Path  # the folder for the database, files and keys
    database_url: str
    files_url: str  # file:///folder; photos and sound
    queue_url: str  # what wakes workers: sqlite:///file or redis://host/0
    public_url: str  # how people reach us, without a slash at its end
    city_name: str
    contact: str  # mailto: address that push services may write to
    production: bool
    port: int
    web_processes: int
    push_hosts: tuple[str, ...]
    push_loopback: tuple[str, ...]  # tests only: "localhost:4443" entries that may be loopback
    push_ca: str | None  # tests only: a certificate authority to trust beside the system's
    sweep_seconds: float  # how often a worker looks for what nobody woke it for
    lease_seconds: float  # how long a worker may hold a delivery before another takes it
    undo_seconds: float  # how long a moderator can take a decision back before anyone is told
    quiet_from: int  # hour of the evening from which notices wait
    quiet_until: int  # hour of the morning until which they wait
    log_level: str  # DEBUG, INFO, WARNING or ERROR
    smtp_url: str  # smtp://, smtp+starttls:// or smtps://user:password@host:port; empty: no mail
    mail_from: str  # the address that our mail comes from
    mail_bounces: str  # where mail comes back to that can't be delivered, with +tag before the @; empty: to mail_from
    limits_url: str  # where knocks are counted: memory:// or redis://host/1
    limits_times: int  # by how much more may be asked than pwa/limits.py says, for tests under load
    oidc_issuer: str  # the e-ID broker's address; empty: no e-ID
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str  # what people call it, such as BankID
    contact_name: str  # the person or office to whom people may turn
    contact_phone: str  # empty: none is shown
    trusted_proxies: int  # how many proxies stand before us whose X-Forwarded-* we believe

    @property
    def sends_mail(self) -> bool:
        """Whether mail can be offered: by SMTP, or in the example by writing it to the log."""
        return bool(self.smtp_url) or not self.production

    @property
    def secure(self) -> bool:
        """Whether people reach us over https, which decides the cookies' names and flags."""
        return self.public_url.startswith("https:")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the environment. Raises WrongSetting."""
    read = _Reader(environment)
    data = Path(read.text("DATA_DIR", str(ROOT / "data"))).resolve()
    settings = Settings(
        data=data,
        database_url=read.text("DATABASE_URL", f"sqlite:///{data / 'innovationsforum.db'}"),
        files_url=read.text("FILES_URL", f"file://{data / 'files'}"),
        queue_url=read.text("QUEUE_URL", f"sqlite:///{data / 'queue.db'}"),
        public_url=read.text("PUBLIC_URL", f"http://localhost:{read.number('PORT', 8000)}").rstrip("/"),
        city_name=read.text("CITY_NAME", "Malmö"),
        contact=read.text("CONTACT", "mailto:innovationsforum@example.org"),
        production=read.switch("PRODUCTION"),
        port=read.number("PORT", 8000),
        web_processes=read.number("WEB_PROCESSES", 2),
        push_hosts=read.words("PUSH_HOSTS", PUSH_HOSTS),
        push_loopback=read.words("PUSH_LOOPBACK", ()),
        push_ca=read.text("PUSH_CA", "") or None,
        sweep_seconds=read.seconds("SWEEP_SECONDS", 5),
        lease_seconds=read.seconds("LEASE_SECONDS", 60),
        undo_seconds=read.seconds("UNDO_SECONDS", 10),
        quiet_from=read.number("QUIET_FROM", 21),
        quiet_until=read.number("QUIET_UNTIL", 8),
        log_level=read.one_of("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        smtp_url=read.text("SMTP_URL", ""),
        mail_from=read.text("MAIL_FROM", "innovationsforum@example.org"),
        mail_bounces=read.text("MAIL_BOUNCES", ""),
        limits_url=read.text("LIMITS_URL", "memory://"),
        limits_times=read.number("LIMITS_TIMES", 1),
        oidc_issuer=read.text("OIDC_ISSUER", "").rstrip("/"),
        oidc_client_id=read.text("OIDC_CLIENT_ID", ""),
        oidc_client_secret=read.text("OIDC_CLIENT_SECRET", ""),
        oidc_name=read.text("OIDC_NAME", "e-ID"),
        contact_name=read.text("CONTACT_NAME", ""),
        contact_phone=read.text("CONTACT_PHONE", ""),
        trusted_proxies=read.number("TRUSTED_PROXIES", 0),
    )
    _make_sure_it_is_safe(settings)
    return settings


def _make_sure_it_is_safe(settings: Settings) -> None:
    if urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise WrongSetting("PUBLIC_URL must start with http:// or https://")
    if settings.smtp_url and urlsplit(settings.smtp_url).scheme not in ("smtp", "smtp+starttls", "smtps"):
        raise WrongSetting("SMTP_URL must start with smtp://, smtp+starttls:// or smtps://")
    for name, address in (("MAIL_FROM", settings.mail_from), ("MAIL_BOUNCES", settings.mail_bounces)):
        if address and not PLAIN_ADDRESS.fullmatch(address):
            raise WrongSetting(f"{name} must be an address such as forum@example.org")
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise WrongSetting("OIDC_ISSUER needs an OIDC_CLIENT_ID")
    if not settings.production:
        return
    unsafe = {
        "PUBLIC_URL must be https": not settings.secure,
        "PUSH_LOOPBACK must be empty": bool(settings.push_loopback),
        "PUSH_CA must be empty": settings.push_ca is not None,
        "LEASE_SECONDS must be at least 30": settings.lease_seconds < 30,
        "CONTACT must be an address of yours": settings.contact.endswith("@example.org"),
        "LIMITS_TIMES must be 1 to 10": not 1 <= settings.limits_times <= 10,
        "MAIL_FROM must be yours": bool(settings.smtp_url) and settings.mail_from.endswith("@example.org"),
        "SMTP_URL with a password must be smtps:// or smtp+starttls://": _is_told_in_clear(settings.smtp_url),
        "OIDC_ISSUER must be https": bool(settings.oidc_issuer) and not settings.oidc_issuer.startswith("https:"),
    }
    wrong = [words for words, is_wrong in unsafe.items() if is_wrong]
    if wrong:
        raise WrongSetting("With PRODUCTION=1: " + "; ".join(wrong))


def _is_told_in_clear(smtp_url: str) -> bool:
    """Whether a password would cross the net for all to read."""
    url = urlsplit(smtp_url)
    return url.scheme == "smtp" and bool(url.password) and url.hostname not in ("localhost", "127.0.0.1", "::1")


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(word.strip().lower() for word in self.environment.get(name, "").split(",") if word.strip())
        return found or default

    def one_of(self, name: str, offered: tuple[str, ...]) -> str:
        value = self.text(name, offered[0]).upper()
        if value not in offered:
            raise WrongSetting(f"{name} must be one of {', '.join(offered)}")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit():
            raise WrongSetting(f"{name} must be a whole number, not {value!r}")
        return int(value)

    def seconds(self, name: str, default: float) -> float:
        try:
            value = float(self.text(name, str(default)))
        except ValueError:
            value = -1.0
        if not 0 < value < 86_400:
            raise WrongSetting(f"{name} must be a number of seconds between 0 and 86400")
        return value

    def switch(self, name: str) -> bool:
        value = self.text(name, "0").lower()
        if value not in ("0", "1", "no", "yes", "false", "true"):
            raise WrongSetting(f"{name} must be 0 or 1")
        return value in ("1", "yes", "true")
