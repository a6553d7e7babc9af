"""What stands on a phone without a network: the service worker, and one page in each language."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from . import assets
from .current import open_to_all
from .page_cache import public

pages = Blueprint("offline", __name__)


@pages.get("/offline/<language:lang>")
@public()
def show() -> ResponseReturnValue:
    return render_template("offline/show.html")


@pages.get("/service-worker.js")
@open_to_all
def service_worker() -> ResponseReturnValue:
    """Served from the root, since its folder is its scope; it names the release, so that a new one is noticed."""
    return Response(
        render_template("offline/service_worker.js", release=assets.release()),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
