"""How often one may write: by person, by network (IPv6 by its /64) and, for all together, a floor that stops floods.

Flask-Limiter keeps the counts, in memory or in Redis; without Redis they go on in memory. Guesses at secrets are rows
of their own, which outlive a restart: see backend/attempts.py.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

from backend.attempts import again_in
from backend.errors import TooMany

from . import current

log = structlog.get_logger()
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Limit:
    """So many in so long, such as "20 per hour"; a network may be a school or a library, so it may more."""

    person: str = ""
    network: str = ""


FLOOR = Limit(network="600 per 10 minutes")  # for every write together
WRITES = {
    "ideas.send": Limit(person="20 per hour", network="60 per hour"),
    "ideas.look_through": Limit(person="60 per hour", network="240 per hour"),
    "idea_photos.new": Limit(person="20 per hour", network="60 per hour"),
    "supports.show": Limit(person="120 per hour", network="600 per hour"),
    "comments.new": Limit(person="30 per hour", network="120 per hour"),
    "reports.new": Limit(person="20 per hour", network="60 per hour"),
    "appeals.new": Limit(person="20 per hour", network="60 per hour"),
    "options.new": Limit(person="60 per hour", network="240 per hour"),
    "option_arguments.new": Limit(person="60 per hour", network="240 per hour"),
    "trials.new": Limit(person="60 per hour", network="240 per hour"),
    "trials.photo": Limit(person="60 per hour", network="240 per hour"),
    "prototypes.photo": Limit(person="60 per hour", network="240 per hour"),
    "insights.new": Limit(person="20 per hour", network="120 per hour"),
    "insights.edit": Limit(person="20 per hour", network="120 per hour"),
    "insights.transcript": Limit(person="60 per hour"),
    "insight_patterns.new": Limit(person="30 per hour"),
    "lessons.new": Limit(person="30 per hour"),
    "lessons.of_case": Limit(person="30 per hour"),
    "lessons.edit": Limit(person="60 per hour"),
    "methods.used": Limit(person="30 per hour"),
    "journal.new": Limit(person="60 per hour", network="240 per hour"),
    "journal.edit": Limit(person="60 per hour", network="240 per hour"),
    "follows.case": Limit(person="120 per hour", network="600 per hour"),
    "pledges.new": Limit(person="20 per hour", network="60 per hour"),
    "teams.join": Limit(person="30 per hour", network="120 per hour"),
    "team_invitations.new": Limit(person="30 per hour"),
    "team_invitations.by_link": Limit(network="120 per hour"),
    "team_notes.index": Limit(person="60 per hour"),
    "statements.new": Limit(person="30 per hour"),
    "statements.accept": Limit(person="60 per hour"),
    "meetings.coming": Limit(person="60 per hour", network="240 per hour"),
    "idea_merges.check": Limit(person="120 per hour"),
    "similar.show": Limit(person="600 per hour", network="1800 per hour"),
    "mail_codes.ask": Limit(person="20 per hour", network="60 per hour"),
    "mail_codes.enter": Limit(network="120 per hour"),
    "place_codes.redeem": Limit(network="240 per hour"),
    "slips.redeem": Limit(network="240 per hour"),
    "passkeys.use": Limit(network="240 per hour"),
    "app_codes.use": Limit(network="120 per hour"),
    "e_id.go": Limit(network="240 per hour"),
    "people.invite": Limit(person="60 per hour"),
    "sign_in.address": Limit(network="120 per hour"),
    "slip_batches.index": Limit(person="20 per hour"),
    "slip_batches.lost": Limit(person="60 per hour"),
}


def init(app: Flask) -> None:
    limiter = Limiter(
        current.network_mark, storage_uri=current.settings(app).limits_url, storage_options={"wrap_exceptions": True},
        strategy="moving-window", headers_enabled=False,
    )  # fmt: skip
    limiter.init_app(app)
    app.extensions["limits"] = limiter.limiter
    app.extensions["limits without redis"] = MovingWindowRateLimiter(MemoryStorage())
    app.before_request(make_sure_few)


def forget(app: Flask) -> None:
    """Begins to count anew."""
    for counter in ("limits", "limits without redis"):
        app.extensions[counter].storage.reset()


def make_sure_few() -> None:
    """Counts this write. Raises TooMany where it is one too many."""
    if request.method in SAFE or request.endpoint is None:
        return
    _count(FLOOR, "write")
    if (limit := WRITES.get(request.endpoint)) is not None:
        _count(limit, request.endpoint)


def _count(limit: Limit, what: str) -> None:
    if limit.network:
        _hit(limit.network, what, current.network_mark())
    if limit.person and (somebody := current.person()) is not None:
        _hit(limit.person, what, f"person {somebody.id}")


def _hit(most: str, what: str, whose: str) -> None:
    item = parse(most)
    times = current.settings().limits_times
    item = type(item)(item.amount * times, item.multiples)
    try:
        _count_by(current_app.extensions["limits"], item, what, whose)
    except StorageError:
        log.warning("limits are counted in memory")
        _count_by(current_app.extensions["limits without redis"], item, what, whose)


def _count_by(counter: RateLimiter, item: RateLimitItem, what: str, whose: str) -> None:
    if not counter.hit(item, what, whose):
        seconds = int(counter.get_window_stats(item, what, whose).reset_time - time.time()) + 1
        raise TooMany(again_in(seconds), seconds=seconds)
