"""Saying what a case needs, and that nothing more is needed of it: for its team and its coordinator."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import cases, days, needs, typed
from backend import texts as said_texts
from backend.cases import Case
from backend.errors import Refusal
from backend.needs import KINDS, MOST

from . import current, language, texts
from .current import signed_in
from .forms import Form

pages = Blueprint("needs", __name__)

TEXTS = {
    "words": (TextAreaField, _("What is needed?")),
    "unit": (StringField, _("Counted in, such as hours or chairs")),
}


class NewForm(Form):
    kind = RadioField(_("What kind of help is it?"), validate_choice=False, choices=())
    how_much = StringField(_("How much of it?"))
    day = StringField(_("Until which day?"))


class CloseForm(Form):
    """Its token is all it holds."""


@pages.route("/<area>/cases/<int:number>/needs/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, tag = open_to_the_team(number), language.this().tag
    form = texts.in_languages(NewForm, TEXTS)
    form.kind.choices = [SelectChoice(kind, words.into(tag)) for kind, words in KINDS.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                needs.add(
                    session, case, kind=form.kind.data or "", by_language=texts.written(form, *TEXTS),
                    original=form.original.data, how_much=amount(form.how_much.data), until=_day(form.day.data),
                    by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return to_resources(number)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    said = cases.texts_of(current.session(), case, tag)
    groups = texts.groups(form, *TEXTS)
    return render_template(
        "needs/new.html", form=form, groups=groups, case=case, said=said
    ), 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/needs/<int:need>/close", methods=["GET", "POST"])
@signed_in
def close(number: int, need: int) -> ResponseReturnValue:
    """Closes an open one; a closed one is opened again here."""
    case, form = open_to_the_team(number), CloseForm()
    found = needs.by_number(current.session(), need, case_id=case.id)
    if form.is_sent():
        with current.transaction() as session:
            change = needs.open_again if found.closed_at else needs.close
            change(session, found, by=current.known_person(), at=current.now())
        return to_resources(number)
    words = said_texts.read_one(current.session(), found.texts_id, language.this().tag)["words"]
    page = render_template("needs/close.html", form=form, case=case, need=found, words=words)
    return page, 400 if form.errors else 200


def open_to_the_team(number: int) -> Case:
    """The case of this address, for its team and its coordinator. Raises NotFound, NotAllowed."""
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    needs.make_sure_may_write(session, current.known_person(), case)
    return case


def to_resources(number: int) -> Response:
    return redirect(url_for("resources.index", number=number), 303)


def amount(text: str | None) -> int | None:
    """Whole numbers only; empty is not counted. Raises Refusal."""
    return typed.whole_number(text, field="how_much", least=1, most=MOST) if (text or "").strip() else None


def _day(text: str | None) -> datetime | None:
    """The last minute of the day on the area's walls; None where no day is said. Raises Refusal."""
    return days.moment_of(text, "23:59", current.area().zone) if (text or "").strip() else None
