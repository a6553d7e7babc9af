"""What stands on a phone without a network: the service worker, and one page in each language."""

from __future__ import annotations

import json
import re
from pathlib import Path

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from backend import languages
from backend.wording import say

from . import assets, current
from .current import open_to_all
from .page_cache import QUERIES, public

pages = Blueprint("offline", __name__)
STATIC = Path(__file__).parent / "static"
SWITCHED_OFF = "service-worker-off"  # an empty file of this name in the data folder takes the worker off all phones
# In this order: what a part uses stands above it.
PARTS = ("js/shared/outbox_store.js", "js/shared/outbox_sending.js", "service_worker.js")
MODULE_WORDS = re.compile(r"^import .*$|^export (?=async |function |const )", re.MULTILINE)


@pages.get("/offline/<language:lang>")
@public()
def show() -> ResponseReturnValue:
    return render_template("offline/show.html")


@pages.get("/service-worker.js")
@open_to_all
def service_worker() -> ResponseReturnValue:
    """Served from the root, since its folder is its scope. Browsers ask for it at each visit and compare its bytes."""
    is_off = (current.settings().data / SWITCHED_OFF).exists()
    body = (STATIC / "service_worker_off.js").read_text("utf-8") if is_off else script()
    answer = Response(body, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def script() -> str:
    """One classic script: not every browser that has service workers lets them import modules."""
    constants = {
        "RELEASE": assets.release(),
        "SHELL": [assets.static(path) for path in ("app.css", *_scripts(), "icons/icon-192.png", "icons/badge-96.png")],
        "QUERIES": sorted(QUERIES),
        "WORDS": {language.tag: _words(language.tag) for language in languages.OFFERED},
    }
    lines = [f"const {name} = {json.dumps(value, ensure_ascii=False)};" for name, value in constants.items()]
    parts = [MODULE_WORDS.sub("", (STATIC / path).read_text("utf-8")) for path in PARTS]
    return "\n".join([*lines, *parts])


def _scripts() -> list[str]:
    return sorted(path.relative_to(STATIC).as_posix() for path in (STATIC / "js").rglob("*.js"))


def _words(tag: str) -> dict[str, str]:
    """What a notice says that could not be read."""
    said = {
        "title": say("There is news in your area."),
        "body": say("Open Innovationsforum to read it."),
    }
    return {name: wording.into(tag) for name, wording in said.items()}
