"""Public pages: the same bytes for everybody who reads that language, kept until what they show has changed.

A view marked `@public("ideas", "cases")` names the rooms it shows. Its page is rendered once, kept in memory under
the revisions of those rooms, and answered with an ETag made of its bytes; it is rendered anew at the next edge of the
clock that the view names with `until` (a meeting begins, a round closes).
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

import brotli
from flask import Flask, Response, current_app, g, make_response, request

from backend import revisions

from . import current

MOST_PAGES = 500
LONGEST = timedelta(hours=1)
QUERIES = {"page", "stage", "state", "tag", "where"}  # others belong to trackers and make no other page


@dataclass
class Page:
    revision: str
    ends_at: datetime
    etag: str
    bodies: dict[str, bytes]  # by content coding
    mimetype: str


def init(app: Flask) -> None:
    forget(app)


def forget(app: Flask) -> None:
    """Lets go of all pages."""
    app.extensions["pages"] = OrderedDict()


def public(*rooms: str) -> Callable[[Any], Any]:
    """A door and a cache: open to all, personal to nobody."""

    def wrap(view: Any) -> Any:
        @wraps(view)
        def kept(*args: Any, **values: Any) -> Response:
            g.page_ends_at = current.now() + LONGEST
            area_id = g.area.id if g.get("area") else None
            revision = revisions.named(current.session(), area_id, ("areas", *rooms))
            page = _find(revision) or _render(revision, view, args, values)
            return page if isinstance(page, Response) else _answer(page)

        kept.door = "open_to_all"  # type: ignore[attr-defined]
        kept.is_public = True  # type: ignore[attr-defined]
        return kept

    return wrap


def until(moment: datetime | None) -> None:
    """Says that this page is stale from moment on."""
    if moment is not None and moment > current.now():
        g.page_ends_at = min(g.page_ends_at, moment)


def _key() -> tuple[str, str]:
    named = sorted((key, value) for key, value in request.args.items() if key in QUERIES)
    return request.path, repr(named)


def _find(revision: str) -> Page | None:
    pages = current_app.extensions["pages"]
    page: Page | None = pages.get(_key())
    if page is None or page.revision != revision or page.ends_at <= current.now():
        return None
    pages.move_to_end(_key())
    return page


def _render(revision: str, view: Any, args: Any, values: Any) -> Page | Response:
    response = make_response(view(*args, **values))
    if response.status_code != 200:
        return response
    body = response.get_data()
    page = Page(revision, g.page_ends_at, hashlib.sha256(body).hexdigest()[:20], {"": body}, response.content_type)
    pages = current_app.extensions["pages"]
    pages[_key()] = page
    while len(pages) > MOST_PAGES:
        pages.popitem(last=False)
    return page


def _answer(page: Page) -> Response:
    coding = next((one for one in ("br", "gzip") if one in request.headers.get("Accept-Encoding", "")), "")
    if coding and coding not in page.bodies:
        page.bodies[coding] = (
            brotli.compress(page.bodies[""], quality=5) if coding == "br" else gzip.compress(page.bodies[""], 5)
        )
    response = Response(page.bodies[coding], content_type=page.mimetype)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.set_etag(page.etag, weak=True)
    return response.make_conditional(request)
