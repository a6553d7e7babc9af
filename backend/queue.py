"""Wakes workers. Rows are the truth and a sweep finds what nobody woke a worker for, so a lost wake loses only time.

Huey's storage carries the wakes: a SQLite file on one machine, Redis on several. A wake is a bare sign without content;
what is to be done stands in the database.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from huey.storage import RedisStorage, SqliteStorage

from .settings import Settings

WAKE = b"wake"
LOOK_SECONDS = 0.2  # how often a waiting worker looks into the SQLite file; Redis calls by itself

log = structlog.get_logger()


def wake(settings: Settings) -> None:
    """Says that there is work. It is cheap and never fails the caller, whose work is committed already."""
    try:
        storage = _storage(settings.queue_url, os.getpid())
        if not storage.queue_size():
            storage.enqueue(WAKE)
    except Exception as wrong:  # whatever is the matter with the queue, the sweep comes
        log.warning("nobody could be woken", why=type(wrong).__name__)


def wait(settings: Settings, seconds: float, *, is_over: Callable[[], bool]) -> None:
    """Returns when woken, after that many seconds, or when is_over says so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_over():
        if _was_woken(settings):
            return
        time.sleep(min(LOOK_SECONDS, seconds))


def _was_woken(settings: Settings) -> bool:
    try:
        return bool(_storage(settings.queue_url, os.getpid()).dequeue())
    except Exception as wrong:  # the same: without a queue we wait for the sweep
        log.warning("the queue does not answer", why=type(wrong).__name__)
        return False


@cache
def _storage(url: str, process: int) -> Any:
    """The storage at url; process is its key, since connections must not be shared with a parent."""
    if url.startswith(("redis:", "rediss:")):
        return RedisStorage("innovationsforum", url=url, blocking=False)
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStorage("innovationsforum", filename=str(path), fsync=False, cache_mb=1, timeout=1)
