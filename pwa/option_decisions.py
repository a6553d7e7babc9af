"""Whether an option goes on to a prototype, said by a coordinator, with the reason that everybody can read."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField, TextAreaField

from backend import cases, option_decisions, option_lists
from backend import options as kept_options
from backend.cases import Case
from backend.errors import Refusal
from backend.options import Option
from backend.prototypes import LONGEST_TITLE
from backend.wording import say

from . import current, language, options, texts
from .current import coordinates
from .forms import Form

pages = Blueprint("option_decisions", __name__)

TEXTS = {
    "why": (TextAreaField, _("Why?")),
    "title": (StringField, _("If it goes on: what is the prototype called?")),
    "lines": (TextAreaField, _("If it goes on: two short lines for the ballot")),
}
YES, NO = "yes", "no"


class DecideForm(Form):
    goes_on = RadioField(
        _("Does it go on to a prototype?"),
        choices=[(YES, _("Yes, we try it")), (NO, _("No, not this time"))],
        validate_choice=False,
    )


class UndoForm(Form):
    """Its token is all it holds."""


@pages.route("/<area>/cases/<int:number>/options/<int:option>/decide", methods=["GET", "POST"])
@coordinates
def new(number: int, option: int) -> ResponseReturnValue:
    case, decided = _find(number, option)
    form, status = texts.in_languages(DecideForm, TEXTS), 200
    if request.method == "GET":
        _suggest_title(form, option)
    if form.is_sent():
        try:
            _decide(decided, form)
            return options.to_option(number, option)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    session = current.session()
    return render_template(
        "option_decisions/new.html", form=form, groups=texts.groups(form, *TEXTS), undo=UndoForm(),
        option=option_lists.one(session, option, language.this().tag),
        may_undo=option_decisions.may_undo(session, decided), **options.of(case),
    ), status  # fmt: skip


@pages.post("/<area>/cases/<int:number>/options/<int:option>/undo")
@coordinates
def undo(number: int, option: int) -> ResponseReturnValue:
    _case, decided = _find(number, option)
    if UndoForm().is_sent():
        with current.transaction() as session:
            option_decisions.undo(session, decided, by=current.known_person(), at=current.now())
        return options.to_option(number, option)
    return redirect(url_for("option_decisions.new", number=number, option=option), 303)


def _find(number: int, option: int) -> tuple[Case, Option]:
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    return case, kept_options.by_number(session, option, case_id=case.id)


def _suggest_title(form: Form, option: int) -> None:
    shown = option_lists.one(current.session(), option, language.this().tag)
    form[texts.name_in("title", language.this().tag)].data = shown.title.text[:LONGEST_TITLE]


def _decide(option: Option, form: Form) -> None:
    """Raises Refusal."""
    if form.goes_on.data not in (YES, NO):
        raise Refusal(say("Choose one of what is offered."), field="goes_on")
    written = texts.written(form, *TEXTS)
    with current.transaction() as session:
        option_decisions.decide(
            session, option, goes_on=form.goes_on.data == YES, original=form["original"].data,
            why={tag: own.pop("why") for tag, own in written.items()}, by_language=written,
            by=current.known_person(), at=current.now(),
        )  # fmt: skip
