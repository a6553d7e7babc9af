"""Spread: other areas that take a solution up as a case of their own, and what they do differently."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import adoption_reports, adoptions, areas, case_endings, cases, languages
from backend import texts as said_texts
from backend.adoptions import Adoption
from backend.areas import Area
from backend.cases import STAGES, Case, Stage
from backend.errors import Refusal
from backend.texts import Words
from backend.wording import say

from . import current, failures, language, stages, texts
from .current import coordinates
from .forms import Form
from .page_cache import public

pages = Blueprint("adoptions", __name__)

TEXTS = {
    "title": (StringField, _("What is it about?")),
    "summary": (TextAreaField, _("What is the challenge?")),
    "changes": (TextAreaField, _("What do you do differently?")),
}


class AdoptForm(Form):
    solution = RadioField(_("What do you take up?"), coerce=int, validate_choice=False, choices=())
    to_area = SelectField(_("In which of your areas?"), coerce=int, validate_choice=False)
    stage = SelectField(_("At which stop do you begin?"), coerce=int, validate_choice=False)


class EditForm(Form):
    """Title, summary and changes, in each language."""


@pages.get("/<area>/cases/<int:number>/spread/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    return stages.page(
        case, Stage.SPREAD, origin=adoptions.origin(session, number, tag),
        others=adoptions.taken_up(session, number, tag),
        told=adoption_reports.from_elsewhere(session, number, tag), is_offered=adoptions.is_offered(session, case),
        own=adoption_reports.of_new_case(session, number, tag), by_id={area.id: area for area in areas.every(session)},
        last_word=case_endings.last_word(session, case, tag),
    )  # fmt: skip


@pages.route("/cases/<int:number>/adopt", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    """For coordinators of other areas: its address names no area, since none of theirs has the case."""
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number)
    places, offered = _places(case), adoptions.solutions(session, case, tag)
    form, status = _form(offered, places), 400
    if form.is_sent():
        try:
            with current.transaction():
                made = adoptions.adopt(
                    session, case, _chosen(form.to_area.data), prototype_id=form.solution.data, at=current.now(),
                    stage=form.stage.data or 0, by=current.known_person(),
                )  # fmt: skip
            to = areas.by_id(session, made.area_id).slug
            return redirect(url_for("cases.show", area=to, number=made.id), 303)
        except Refusal as refusal:
            status = failures.status_of(refusal)
            form.refuse(refusal)
    page = render_template(
        "adoptions/new.html", form=form, case=case, said=cases.texts_of(session, case, tag), places=places,
        offered=offered, home=areas.by_id(session, case.area_id),
    )  # fmt: skip
    return page, status if form.errors else 200


@pages.route("/<area>/cases/<int:number>/adoption", methods=["GET", "POST"])
@coordinates
def edit(number: int) -> ResponseReturnValue:
    """The new area's own words: title, summary, and what it does differently."""
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    adoption = adoptions.of_new_case(session, case.id)
    form = texts.in_languages(EditForm, TEXTS)
    if form.is_sent():
        try:
            with current.transaction():
                adoptions.change(
                    session, adoption, by_language=texts.written(form, *TEXTS), original=form.original.data,
                    by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("adoptions.index", number=number), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    elif not form.is_submitted():
        _fill(form, case, adoption)
    groups = texts.groups(form, *TEXTS)
    page = render_template("adoptions/edit.html", form=form, groups=groups, case=case)
    return page, 400 if form.errors else 200


def _fill(form: Any, case: Case, adoption: Adoption) -> None:
    """What stands now, its original first."""
    session = current.session()
    for number in (case.texts_id, adoption.texts_id):
        for tag, said in (said_texts.all_of(session, number) if number else {}).items():
            for name, words in said.items():
                if (field := texts.name_in(name, tag)) in form:
                    form[field].data = words
    if languages.offered(original := said_texts.original_of(session, case.texts_id)):
        form.original.data = original


def _places(case: Case) -> list[Area]:
    """The areas for which this coordinator may take it up."""
    somebody = current.known_person()
    return [area for area in areas.every(current.session()) if adoptions.may_adopt(somebody, case, area)]


def _form(offered: list[tuple[int, Words]], places: list[Area]) -> AdoptForm:
    tag = language.this().tag
    first = offered[0][0] if offered else 0
    form = AdoptForm(stage=int(adoptions.USUAL_STAGE), solution=first)
    form.solution.choices = [
        SelectChoice(number, title.text if number else _("All of the case")) for number, title in offered
    ]
    form.to_area.choices = [SelectChoice(area.id, area.name_in(tag)) for area in places]
    form.stage.choices = [SelectChoice(stage, f"{stage}. {words.name.into(tag)}") for stage, words in STAGES.items()]
    return form


def _chosen(area_id: int | None) -> Area:
    """Raises Refusal for an area that there is not."""
    found = next((area for area in areas.every(current.session()) if area.id == area_id), None)
    if found is None:
        raise Refusal(say("Choose one of your areas."), field="to_area")
    return found
