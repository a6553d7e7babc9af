"""Cases of an area, each on its line with seven stops; coordinators open and move them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField

from backend import (
    adoptions,
    areas,
    case_endings,
    case_moves,
    cases,
    comment_threads,
    idea_lists,
    journal_lists,
    lessons,
    prototypes,
    resources,
    rounds,
    stage_checks,
    teams,
)
from backend.cases import STAGES, Case
from backend.errors import Refusal

from . import current, language, texts
from .current import coordinates
from .forms import Form
from .page_cache import public, until
from .stages import PAGES

pages = Blueprint("cases", __name__)


class NewForm(Form):
    """Title and summary, in each language."""


class MoveForm(Form):
    to_stage = SelectField(_("To which stop?"), coerce=int, validate_choice=False)
    why = TextAreaField(_("Why does it move?"))


@pages.get("/<area>/cases/")
@public("cases")
def index() -> ResponseReturnValue:
    found = cases.of_area(current.session(), current.area().id, language.this().tag)
    return render_template("cases/index.html", cases=found)


@pages.get("/<area>/cases/<int:number>")
@public("cases", "ideas", "votes", "lessons")
def show(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    asked = rounds.of_case(session, case.id, tag)
    for round_ in asked:
        until(round_.opens_at)
        until(round_.closes_at)
    return render_template(
        "cases/show.html",
        case=case,
        said=cases.texts_of(session, case, tag),
        stages=STAGES,
        stage_pages=PAGES,
        last_move=case_moves.last(session, case, tag),
        last_word=case_endings.last_word(session, case, tag) if case.finished_at else None,
        owners=resources.owners(session, case.id),
        **_origin(case),
        members=teams.members(session, case.id, tag),
        prototypes=prototypes.of_case(session, case.id, tag),
        rounds=asked,
        journal=journal_lists.page(session, case.id, tag, most=journal_lists.LATEST),
        ideas=idea_lists.for_case(session, case.id, language=tag),
        lessons=lessons.for_case(session, case, case.stage, tag),
        comments=comment_threads.page(session, "case", number),
    )


def _origin(case: Case) -> dict[str, Any]:
    """Where it came from, and by_id to name that area; nothing where it began here."""
    session = current.session()
    found = adoptions.origin(session, case.id, language.this().tag)
    return {"origin": found, "by_id": {area.id: area for area in areas.every(session)}} if found else {}


@pages.route("/<area>/cases/new", methods=["GET", "POST"])
@coordinates
def new() -> ResponseReturnValue:
    fields = {"title": (StringField, _("What is it about?")), "summary": (TextAreaField, _("What is the challenge?"))}
    form = texts.in_languages(NewForm, fields)
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = cases.open_case(
                    session, area_id=current.area().id, by_language=texts.written(form, *fields),
                    original=form.original.data, by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("cases.show", number=made.id), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    groups = texts.groups(form, *fields)
    return render_template("cases/new.html", form=form, groups=groups), 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/move", methods=["GET", "POST"])
@coordinates
def move(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    tag, person = language.this().tag, current.known_person()
    form = MoveForm(to_stage=min(case.stage + 1, len(STAGES)))
    form.to_stage.choices = [(stage, f"{stage}. {words.name.into(tag)}") for stage, words in STAGES.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                reason, to_stage = {tag: form.why.data or ""}, form.to_stage.data or 0
                case_moves.make(session, case, to_stage, why=reason, original=tag, by=person, at=current.now())
            return redirect(url_for("cases.show", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template(
        "cases/move.html", form=form, case=case, said=cases.texts_of(current.session(), case, tag),
        stage_name=STAGES[case.stage].name.into(tag),
        checks=stage_checks.of_case(current.session(), case.id, case.stage),
    ), 400 if form.errors else 200  # fmt: skip
