"""Setting up an authenticator app, and typing its six digits after a code by mail."""

from __future__ import annotations

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from wtforms import HiddenField, StringField

from backend import app_codes, attempts, keys, proofs
from backend.errors import NotAllowed, Refusal
from backend.sign_in import How, SignIn
from backend.wording import say

from . import ceremonies, current
from .current import signed_in
from .forms import Form
from .next_page import asked_for
from .sign_in import way_on

pages = Blueprint("app_codes", __name__)


class CodeForm(Form):
    code = StringField(_("The six digits in your app"))
    next = HiddenField()


@pages.post("/app-code/start")
@signed_in
def start() -> ResponseReturnValue:
    if Form().is_sent():
        with current.transaction() as session:
            here = ceremonies.here()
            proofs.make_sure_may_change(session, here)
            app_codes.begin(session, _key(), here.person, at=current.now())
    return redirect(url_for("app_codes.new", next=asked_for() or None), 303)


@pages.route("/app-code/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    form, here = CodeForm(next=asked_for()), ceremonies.here()
    if form.is_sent():
        try:
            codes = _confirm(here, form.code.data)
            return render_template("app_codes/recovery.html", codes=codes, next=asked_for())
        except Refusal as refusal:
            form.refuse(refusal)
    secret = app_codes.secret_to_show(current.session(), _key(), ceremonies.here().person)
    if secret is None:
        return redirect(url_for("passkeys.index"), 303)
    page = render_template("app_codes/new.html", form=form, secret=_in_fours(secret), square=_square(secret))
    return page, 400 if form.errors else 200


@pages.route("/sign-in/app-code", methods=["GET", "POST"])
@signed_in
def use() -> ResponseReturnValue:
    form = CodeForm(next=asked_for())
    if form.is_sent():
        try:
            return redirect(_use(form.code.data), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("app_codes/use.html", form=form), 400 if form.errors else 200


@pages.post("/app-code/remove")
@signed_in
def remove() -> ResponseReturnValue:
    if Form().is_sent():
        with current.transaction() as session:
            here = ceremonies.here()
            proofs.make_sure_may_change(session, here)
            app_codes.take_away(session, here.person)
    return redirect(url_for("passkeys.index"), 303)


def _confirm(here: SignIn, typed: str | None) -> list[str]:
    attempt = _counted()
    with current.transaction() as session:
        attempts.make_sure_few(session, "app_code", current.asker_mark(), at=current.now())
        proofs.make_sure_may_change(session, here)
        codes = app_codes.confirm(session, _key(), here.person, typed, at=current.now())
        attempts.forget(session, attempt)
        ceremonies.go_in_stronger(here, How.APP)
    return codes


def _use(typed: str | None) -> str:
    """The digits are a second proof: the first must be one that only this person could have shown."""
    attempt, here = _counted(), ceremonies.here()
    if not here.is_strong and here.how not in proofs.TRUSTED:
        raise NotAllowed(say("First sign in with a code by mail. Then your app's code counts."))
    with current.transaction() as session:
        attempts.make_sure_few(session, "app_code", current.asker_mark(), at=current.now())
        app_codes.use(session, _key(), here.person, typed, at=current.now())
        attempts.forget(session, attempt)
        ceremonies.go_in_stronger(here, How.APP)
        return way_on(here.person)


def _counted() -> int:
    """Counts the try and keeps the count, whatever comes of it."""
    with current.transaction() as session:
        return attempts.record(session, "app_code", current.asker_mark(), at=current.now())


def _key() -> bytes:
    return keys.key(current.settings().data, "app_codes")


def _square(secret: str) -> Markup:
    """The secret as a square for the app's camera; segno's own drawing, without style attributes."""
    name = f"Innovationsforum {current.settings().city_name}"
    address = app_codes.address_to_show(secret, ceremonies.here().person.name, name)
    return Markup(segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
