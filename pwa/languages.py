"""The page of all languages, each in its own words."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from .page_cache import public

pages = Blueprint("languages", __name__)


@pages.get("/languages")
@public()
def index() -> ResponseReturnValue:
    return render_template("languages/index.html")
