"""Signing in by an address that somebody was given, and signing out. Reading such an address uses nothing up."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField

from backend import sign_in
from backend.errors import Refusal
from backend.people import Person, Role, areas_of

from . import current, language
from .current import open_to_all
from .forms import Form, GuestForm

pages = Blueprint("sign_in", __name__)

# A path of our own: a slash, then a letter or digit, and nothing that a browser turns into another host on its way.
LOCAL = re.compile(r"/(?:[A-Za-z0-9][^\\\x00-\x20\x7f-\xa0]*)?")


class AddressForm(GuestForm):
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


class OutForm(Form):
    everywhere = BooleanField(_("Sign out on all my phones"))


@pages.get("/sign-in/")
@open_to_all
def show() -> ResponseReturnValue:
    return render_template("sign_in/show.html", next=asked_for())


@pages.route("/sign-in/<word>", methods=["GET", "POST"])
@open_to_all
def address(word: str) -> ResponseReturnValue:
    form = AddressForm(next=asked_for())
    try:
        if form.is_sent():
            return redirect(_go_in(word, form), 303)
        somebody = sign_in.whose(current.session(), word, at=current.now())
    except Refusal as refusal:
        return render_template("sign_in/used.html", words=refusal.wording.into(language.this().tag)), 410
    return render_template("sign_in/address.html", form=form, somebody=somebody)


@pages.route("/sign-out", methods=["GET", "POST"])
@open_to_all
def out() -> ResponseReturnValue:
    form = OutForm()
    if form.is_sent():
        with current.transaction() as session:
            if (mine := current.this_sign_in()) is not None:
                sign_in.end_all(session, mine.person) if form.everywhere.data else sign_in.end(session, mine)
        current.forget()
        return redirect(url_for("sign_in.out"), 303)
    return render_template("sign_in/out.html", form=form), 400 if form.errors else 200


def asked_for() -> str:
    """Where the reader wanted to go before signing in; empty where that is no path of ours."""
    wanted = request.form.get("next") or request.args.get("next") or ""
    return wanted if LOCAL.fullmatch(wanted) else ""


def way_on(somebody: Person) -> str:
    """Where somebody goes after signing in: on where they were, else to what is theirs to do."""
    if wanted := asked_for():
        return wanted
    for role, endpoint in ((Role.COORDINATOR, "coordination.index"), (Role.MODERATOR, "moderation.index")):
        if areas_of(somebody, role) != set():
            return url_for(endpoint)
    return url_for("me.index")


def end_what_was_before() -> None:
    """Ends this browser's sign-in, within an open transaction: nobody keeps a token from before they were known."""
    if (before := current.this_sign_in()) is not None:
        sign_in.end(current.session(), before)


def _go_in(word: str, form: AddressForm) -> str:
    is_shared = bool(form.is_shared.data)
    with current.transaction() as session:
        somebody, token = sign_in.consume(
            session, word, at=current.now(), is_shared=is_shared, device=current.device_name()
        )
        end_what_was_before()
        current.hand_out(token, somebody, is_shared=is_shared)
        way = way_on(somebody)
    return way
