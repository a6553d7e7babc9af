"""The page of each stage of a case: its question, what belongs to it, and what is usually there before moving on."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend import cases, lessons, methods, stage_checks
from backend.cases import STAGES, Case, Stage

from . import current, language

PAGES = {  # which room's page belongs to a stage
    Stage.INSIGHTS: "insights.index",
    Stage.TEAM: "teams.index",
    Stage.PROBLEM_AND_VISION: "statements.index",
    Stage.OPTIONS: "options.index",
    Stage.PROTOTYPES: "prototypes.index",
    Stage.RESOURCES: "resources.index",
    Stage.SPREAD: "adoptions.index",
}


def page(case: Case, stage: Stage, **content: Any) -> str:
    """The public page `<room>/index.html` of a stage, which extends stages/show.html.

    For views marked @public("cases", "lessons", ...); content is what belongs to this room alone.
    """
    session, tag = current.session(), language.this().tag
    return render_template(
        f"{PAGES[stage].partition('.')[0]}/index.html",
        case=case,
        said=cases.texts_of(session, case, tag),
        stage=stage,
        stages=STAGES,
        stage_pages=PAGES,
        checks=stage_checks.of_case(session, case.id, stage),
        lessons=lessons.for_case(session, case, stage, tag),
        methods=methods.of_stage(stage),
        **content,
    )
