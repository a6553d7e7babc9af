"""The one address that the e-ID's broker knows: without a language, led on to the reader's own."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from . import language
from .current import open_to_all

pages = Blueprint("e_id_back", __name__)


@pages.get("/e-id/back")
@open_to_all
def show() -> ResponseReturnValue:
    said = {name: request.args[name] for name in ("code", "state", "iss", "error") if name in request.args}
    return redirect(url_for("e_id.back", lang=language.of_reader().tag, **said), 303)
