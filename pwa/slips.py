"""Redeeming a slip: sixteen digits and, if one likes, a name."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField

from backend import attempts, keys, people, slips
from backend.errors import Refusal
from backend.sign_in import How

from . import current, language
from .current import open_to_all
from .forms import GuestForm
from .sign_in import asked_for, end_what_was_before, way_on

pages = Blueprint("slips", __name__)


class SlipForm(GuestForm):
    digits = StringField(_("The digits on your slip"))
    name = StringField(_("What shall we call you?"))
    next = HiddenField()


@pages.route("/sign-in/slip", methods=["GET", "POST"])
@open_to_all
def redeem() -> ResponseReturnValue:
    somebody = current.person()
    form = SlipForm(next=asked_for(), name=somebody.name if somebody else "")
    if form.is_sent():
        try:
            return redirect(_redeem(slips.read(form.digits.data), form.name.data or ""), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("slips/redeem.html", form=form, days=slips.DAYS), 400 if form.errors else 200


def _redeem(digits: str, name: str) -> str:
    """Counts the try and keeps the count, whatever comes of it. Then redeems, and says where to go on."""
    at, asker = current.now(), current.asker_mark()
    with current.transaction() as session:
        attempt = attempts.record(session, "slip", asker, at=at)
    with current.transaction() as session:
        attempts.make_sure_few(session, "slip", asker, at=at)
        somebody = current.person() or people.add(session, language=language.this().tag, at=at)
        slips.redeem(session, keys.key(current.settings().data, "slips"), digits, somebody, at=at)
        if name.strip():
            people.rename(session, somebody, name)
        attempts.forget(session, attempt)
        before = current.this_sign_in()
        end_what_was_before()
        current.sign_in_as(somebody, how=How.SLIP, is_shared=before.is_shared if before else False)
    return way_on(somebody)
