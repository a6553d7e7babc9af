"""The experience bank: lessons from earlier programmes and from cases, by stage and kind."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from backend import lessons
from backend.cases import STAGES
from backend.lessons import KINDS

from . import current, language
from .page_cache import public

pages = Blueprint("lessons", __name__)


@pages.get("/lessons/")
@public("lessons")
def index() -> ResponseReturnValue:
    stage = request.args.get("stage", type=int)
    stage = stage if stage in STAGES else None
    kind = request.args.get("state")
    kind = kind if kind in KINDS else None
    found = lessons.of_kind(current.session(), language.this().tag, stage=stage, kind=kind)
    return render_template("lessons/index.html", lessons=found, stages=STAGES, kinds=KINDS, stage=stage, kind=kind)


@pages.get("/lessons/<int:number>")
@public("lessons")
def show(number: int) -> ResponseReturnValue:
    found = lessons.by_number(current.session(), number, language.this().tag)
    return render_template("lessons/show.html", lesson=found, stages=STAGES)
