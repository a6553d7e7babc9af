"""Resources: what a case needs, who promises what, and who builds and owns it in the end."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from backend import cases, resources
from backend.cases import Stage

from . import current, language, stages
from .page_cache import public, until

pages = Blueprint("resources", __name__)


@pages.get("/<area>/cases/<int:number>/resources/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    found = resources.of_case(session, case.id, language.this().tag)
    for met in found.needs:
        until(met.need.until)
    return stages.page(case, Stage.RESOURCES, resources=found)
