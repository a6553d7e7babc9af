"""Options: what could help, side by side, before some of it is tried."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from backend import cases
from backend.cases import Stage

from . import current, stages
from .page_cache import public

pages = Blueprint("options", __name__)


@pages.get("/<area>/cases/<int:number>/options/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    return stages.page(case, Stage.OPTIONS)
