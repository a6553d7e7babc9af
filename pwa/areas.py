"""The start of the city and of each area."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend import areas

from . import current
from .page_cache import public

pages = Blueprint("areas", __name__)


@pages.get("/")
@public("ideas", "cases", "meetings")
def index() -> ResponseReturnValue:
    every = areas.every(current.session())
    return render_template("areas/index.html", areas=every)


@pages.get("/<area>/")
@public("ideas", "cases", "meetings", "votes")
def show() -> ResponseReturnValue:
    return render_template("areas/show.html")
