"""Telling how it goes with a solution from another area: for the team that took it up, and its coordinator."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice

from backend import adoption_reports, adoptions, cases
from backend.adoptions import STATES
from backend.errors import Refusal

from . import current, language, texts
from .current import signed_in
from .forms import Form
from .needs import open_to_the_team

pages = Blueprint("adoption_reports", __name__)

TEXTS = {"text": (TextAreaField, _("What did you see?"))}


class ReportForm(Form):
    state = RadioField(_("How does it go?"), validate_choice=False, choices=())


@pages.route("/<area>/cases/<int:number>/adoption/tell", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, session, tag = open_to_the_team(number), current.session(), language.this().tag
    adoption = adoptions.of_new_case(session, case.id)
    form = texts.in_languages(ReportForm, TEXTS)
    form.state.choices = [SelectChoice(state, words.into(tag)) for state, words in STATES.items()]
    form.state.data = form.state.data or adoption.state
    if form.is_sent():
        try:
            with current.transaction():
                adoption_reports.add(
                    session, adoption, state=form.state.data or "", by_language=texts.written(form, *TEXTS),
                    original=form.original.data, by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("adoptions.index", number=number), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    page = render_template(
        "adoption_reports/new.html", form=form, groups=texts.groups(form, *TEXTS), case=case,
        said=cases.texts_of(session, case, tag), origin=adoptions.origin(session, number, tag),
    )  # fmt: skip
    return page, 400 if form.errors else 200
