"""The files of a counted vote, and the program that counts them again."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from backend import published
from backend.errors import NotFound
from backend.published import RECOUNT
from backend.wording import say

from . import current
from .page_cache import public
from .votes import round_of

pages = Blueprint("published", __name__)


@pages.get("/<area>/votes/<int:number>/round.pb")
@public("votes", "cases")
def pabulib(number: int) -> ResponseReturnValue:
    """In the field's own format: see https://pabulib.org/format."""
    city = current.settings().city_name
    return Response(published.as_pabulib(current.session(), round_of(number), city=city), mimetype="text/plain")


@pages.get("/<area>/votes/<int:number>/round-<int:same>.json")
@public("votes", "cases")
def as_json(number: int, same: int) -> ResponseReturnValue:
    """What recount.py reads; the file keeps the round's number in its name."""
    if same != number:
        raise NotFound(say("This vote has no such file."))
    return Response(published.as_json(current.session(), round_of(number)), mimetype="application/json")


@pages.get("/<area>/votes/recount.py")
@public()
def recount() -> ResponseReturnValue:
    """It needs Python alone, and nothing of ours."""
    return Response(RECOUNT.read_text("utf-8"), mimetype="text/plain")
