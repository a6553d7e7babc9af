"""Writing in the journal of a case, for its team and its coordinator."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

from backend import cases, journal
from backend.errors import NotAllowed, Refusal
from backend.wording import say

from . import current, language
from .current import signed_in
from .forms import Form

pages = Blueprint("journal", __name__)


class NoteForm(Form):
    text = TextAreaField(_("What happened?"))


@pages.route("/<area>/cases/<int:number>/journal/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    session, person, tag = current.session(), current.known_person(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    if not journal.may_write(session, person, case):
        raise NotAllowed(say("Only the team writes in its journal."))
    form = NoteForm()
    if form.is_sent():
        try:
            with current.transaction():
                journal.add(session, case, text=form.text.data or "", language=tag, by=person, at=current.now())
            return redirect(url_for("cases.show", number=number, _anchor="journal"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    said = cases.texts_of(session, case, tag)
    return render_template("journal/new.html", form=form, case=case, said=said), 400 if form.errors else 200
