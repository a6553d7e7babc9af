"""Spread: other areas that take a solution up, change it, and tell how it went."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from backend import cases
from backend.cases import Stage

from . import current, stages
from .page_cache import public

pages = Blueprint("adoptions", __name__)


@pages.get("/<area>/cases/<int:number>/spread/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    return stages.page(case, Stage.SPREAD)
