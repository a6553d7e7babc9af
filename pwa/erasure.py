"""Leaving for good: what goes, what stays, and the button. Afterwards this browser keeps nothing of it either."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from backend import erasure
from backend.errors import Refusal
from backend.wording import say

from . import current, photos
from .current import open_to_all
from .forms import Form

pages = Blueprint("erasure", __name__)


class ErasureForm(Form):
    with_texts = BooleanField(_("Take back what I published too"))
    is_sure = BooleanField(_("I understand that this can’t be undone"))


@pages.route("/me/erase", methods=["GET", "POST"])
@open_to_all
def show() -> ResponseReturnValue:
    form = ErasureForm()
    if current.person() is None:
        return redirect(url_for("me.index"), 303)
    if form.is_sent():
        try:
            _erase(form)
            return _gone()
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("erasure/show.html", form=form), 400 if form.errors else 200


def _erase(form: ErasureForm) -> None:
    if not form.is_sure.data:
        raise Refusal(say("Tick this first."), field="is_sure")
    with current.transaction() as session:
        somebody = current.person()
        if somebody is None:  # another of their phones was quicker
            return
        pseudonym = somebody.pseudonym
        keys = erasure.erase(session, somebody, with_texts=bool(form.with_texts.data), at=current.now())
        erasure.write_down(current.settings().data, somebody.id, pseudonym, at=current.now())
    for key in keys:
        photos.store().remove(key)


def _gone() -> ResponseReturnValue:
    current.forget()
    answer = make_response(render_template("erasure/gone.html"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
