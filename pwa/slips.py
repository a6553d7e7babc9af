"""Redeeming a slip: sixteen digits and, if one likes, a name."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from wtforms import BooleanField, HiddenField, StringField

from backend import attempts, keys, people, sign_in, slips
from backend.errors import Refusal
from backend.people import Person
from backend.sign_in import How

from . import current, language
from .current import open_to_all
from .forms import GuestForm
from .next_page import asked_for
from .sign_in import come_in

pages = Blueprint("slips", __name__)


class SlipForm(GuestForm):
    digits = StringField(_("The digits on your slip"))
    name = StringField(_("What shall we call you?"))
    is_shared = BooleanField(_("This is a shared phone"))
    again = HiddenField()  # a word of this page alone: a phone whose answer was lost sends it once more
    next = HiddenField()


@pages.route("/sign-in/slip", methods=["GET", "POST"])
@open_to_all
def redeem() -> ResponseReturnValue:
    somebody = current.person()
    form = SlipForm(next=asked_for(), name=somebody.name if somebody else "")
    form.again.data = form.again.data or keys.token()
    if form.is_sent():
        try:
            return redirect(_redeem(slips.read(form.digits.data), form), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("slips/redeem.html", form=form, days=slips.DAYS), 400 if form.errors else 200


def _redeem(digits: str, form: SlipForm) -> str:
    """Counts the try and keeps the count, whatever comes of it. Then redeems, and says where to go on."""
    at, asker = current.now(), current.asker_mark()
    with current.transaction() as session:
        attempt = attempts.record(session, "slip", asker, at=at)
    with current.transaction() as session:
        attempts.make_sure_few(session, "slip", asker, at=at)
        somebody = _who_redeems(session, digits, form)
        if (name := (form.name.data or "").strip()) and name != somebody.name:
            people.rename(session, somebody, name)
        attempts.forget(session, attempt)
        before = current.this_sign_in()
        is_shared = bool(form.is_shared.data) or (before.is_shared if before else False)
        return come_in(somebody, how=How.SLIP, is_shared=is_shared)


def _who_redeems(session: Session, digits: str, form: SlipForm) -> Person:
    """Makes whoever asks a resident. A phone that redeemed it a moment ago and got no answer is let in again."""
    key, at, again = key_of_slips(), current.now(), form.again.data or ""
    somebody = current.person()
    lost = slips.redeemed_here(session, key, digits, again, at=at) if somebody is None else None
    if lost is not None and lost.used_by and lost.used_at and (owner := people.by_id(session, lost.used_by)):
        sign_in.end_begun(session, owner, how=How.SLIP, at=lost.used_at)
        return owner
    somebody = somebody or people.add(session, language=language.this().tag, at=at)
    slips.redeem(session, key, digits, somebody, at=at, again=again)
    return somebody


def key_of_slips() -> bytes:
    return keys.key(current.settings().data, "slips")
