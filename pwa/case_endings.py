"""Finishing a case with a last word, and opening it again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

from backend import case_endings, cases, stage_checks
from backend.cases import Stage
from backend.errors import Refusal

from . import current, language
from .current import coordinates
from .forms import Form

pages = Blueprint("case_endings", __name__)


class FinishForm(Form):
    word = TextAreaField(_("What is your last word?"))


class ReopenForm(Form):
    word = TextAreaField(_("Why does it go on?"))


@pages.route("/<area>/cases/<int:number>/finish", methods=["GET", "POST"])
@coordinates
def finish(number: int) -> ResponseReturnValue:
    return _asked(number, FinishForm(), case_endings.finish, "case_endings/finish.html")


@pages.route("/<area>/cases/<int:number>/reopen", methods=["GET", "POST"])
@coordinates
def reopen(number: int) -> ResponseReturnValue:
    return _asked(number, ReopenForm(), case_endings.reopen, "case_endings/reopen.html")


def _asked(number: int, form: Any, verb: Any, page: str) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    if form.is_sent():
        try:
            with current.transaction():
                by, word = current.known_person(), form.word.data or ""
                verb(session, case, word=word, language=tag, by=by, at=current.now())
            return redirect(url_for("cases.show", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    checks = stage_checks.of_case(session, case.id, Stage.SPREAD)
    shown = render_template(page, form=form, case=case, said=cases.texts_of(session, case, tag), checks=checks)
    return shown, 400 if form.errors else 200
