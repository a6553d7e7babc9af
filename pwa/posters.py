"""The address on an area's posters: short, without a language, led on to the reader's own."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from . import language
from .current import open_to_all

pages = Blueprint("posters", __name__)


@pages.get("/<area>")
@open_to_all
def show() -> ResponseReturnValue:
    return redirect(url_for("areas.show", lang=language.of_reader().tag), 302)
