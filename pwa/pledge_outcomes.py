"""Withdrawing a promise of mine, and noting how one went."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug import Response
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice

from backend import cases, pledge_outcomes, pledges
from backend.errors import NotFound, Refusal
from backend.pledges import STATES
from backend.wording import say

from . import current, language
from .current import signed_in
from .forms import Form
from .needs import open_to_the_team
from .pledges import seen

pages = Blueprint("pledge_outcomes", __name__)


class WithdrawForm(Form):
    """Its token is all it holds."""


class NoteForm(Form):
    state = RadioField(_("How did it go?"), validate_choice=False, choices=())
    word = StringField(_("A word about it"))


@pages.route("/<area>/cases/<int:number>/pledges/<int:pledge>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(number: int, pledge: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    found, form, somebody = seen(case, pledge), WithdrawForm(), current.known_person()
    if not pledges.is_by(found, somebody):
        raise NotFound(say("There is no promise with this number."))
    if form.is_sent():
        try:
            with current.transaction() as session:
                pledge_outcomes.withdraw(session, found, by=somebody, at=current.now())
            return _back(number, pledge)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("pledge_outcomes/withdraw.html", form=form, case=case, pledge=found)
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/pledges/<int:pledge>/note", methods=["GET", "POST"])
@signed_in
def note(number: int, pledge: int) -> ResponseReturnValue:
    """For the team and its coordinator."""
    case, tag = open_to_the_team(number), language.this().tag
    found = seen(case, pledge)
    form = NoteForm(state=found.state, word=found.word)
    form.state.choices = [SelectChoice(state, words.into(tag)) for state, words in STATES.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                pledge_outcomes.note(
                    session, found, form.state.data or "", word=form.word.data or "", language=tag,
                    by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return _back(number, pledge)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("pledge_outcomes/note.html", form=form, case=case, pledge=found)
    return page, 400 if form.errors else 200


def _back(number: int, pledge: int) -> Response:
    return redirect(url_for("pledges.show", number=number, pledge=pledge), 303)
