"""What every answer carries, and what every POST must show: the walls that stand before any feature."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.errors import NotAllowed
from backend.wording import say

from . import current

log = structlog.get_logger()
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "connect-src 'self'", "font-src 'self'", "manifest-src 'self'", "worker-src 'self'", "form-action 'self'",
        "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
# Sound is let in only where somebody listens, and the microphone only where somebody records.
LISTENS = (
    "insights.index", "insights.show", "insights.mine", "insights.transcript", "moderation.show", "moderation.decide",
    "moderation.open_case", "moderation_readers.hand_over", "reports.new",
)  # fmt: skip
RECORDS = ("insights.new", "insights.edit")
SAFE = ("GET", "HEAD", "OPTIONS")
ONE_CLICK = ("mail_addresses.leave",)  # whose addresses nobody can guess; mail programs post there (RFC 8058)


def init(app: Flask) -> None:
    if proxies := current.settings(app).trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.before_request(_start_clock)
    app.before_request(make_sure_it_is_ours)
    app.after_request(_add)
    app.after_request(_log)


def make_sure_it_is_ours() -> None:
    """Refuses a write that another site caused: browsers say so themselves. Raises NotAllowed.

    Fetch Metadata tells most (Sec-Fetch-Site), Origin the rest; a browser that sends neither with a POST is too old
    for us to know whose page it shows.
    """
    if request.method in SAFE or is_one_click():
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        is_ours = origin is not None and urlsplit(origin).netloc == request.host
    if not is_ours:
        raise NotAllowed(say("This came from another site. Open our own page and send it from there."))


def is_one_click() -> bool:
    """Whether a mail program ends its mails for somebody: it sends this one word, no cookie that counts, no Origin."""
    return request.endpoint in ONE_CLICK and request.form.get("List-Unsubscribe") == "One-Click"


def policy() -> str:
    """What this page may load; a recording that is not sent yet is a blob of the page's own."""
    if request.endpoint in RECORDS:
        return f"{POLICY}; media-src 'self' blob:"
    return f"{POLICY}; media-src 'self'" if request.endpoint in LISTENS else POLICY


def _start_clock() -> None:
    g.started = time.perf_counter()


def _add(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = policy()
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"  # "no-referrer" would turn the Origin of our forms to null
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    microphone = "(self)" if request.endpoint in RECORDS else "()"
    response.headers["Permissions-Policy"] = f"geolocation=(), camera=(self), microphone={microphone}"
    if current.settings().secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def _log(response: Response) -> Response:
    """One line a request, without who asked or from where."""
    spent = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None
    log.info("request", method=request.method, endpoint=request.endpoint, status=response.status_code, ms=spent)
    return response
