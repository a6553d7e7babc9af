"""The public log of what moderators decide: counts, reasons and waiting times, the same for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend import public_log

from . import current
from .page_cache import public

pages = Blueprint("public_log", __name__)


@pages.get("/decisions/")
@public()
def index() -> ResponseReturnValue:
    return render_template("public_log/index.html", kinds=public_log.of_year(current.session(), at=current.now()))
