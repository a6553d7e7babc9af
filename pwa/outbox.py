"""The page of what waits on this phone; the phone fills it in, the server knows nothing of it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from .page_cache import public

pages = Blueprint("outbox", __name__)

# Places in translated sentences that a script fills in.
SLOTS = {
    "time_slot": Markup('<time data-slot="time"></time>'),
    "number_slot": Markup('<b class="num" data-slot="number"></b>'),
}


@pages.app_context_processor
def slots() -> dict[str, Markup]:
    return SLOTS


@pages.get("/outbox")
@public()
def index() -> ResponseReturnValue:
    return render_template("outbox/index.html")
