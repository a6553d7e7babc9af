"""Signing in by an address that somebody was given, and signing out. Reading such an address uses nothing up."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField

from backend import push, sign_in, slips
from backend.errors import Refusal
from backend.people import Level, Person, Role, areas_of
from backend.sign_in import How

from . import current, language
from .current import open_to_all
from .forms import Form, GuestForm
from .next_page import asked_for as asked_for
from .taking_along import ask_or_go

pages = Blueprint("sign_in", __name__)


class AddressForm(GuestForm):
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


class OutForm(Form):
    everywhere = BooleanField(_("Sign out on all my phones"))


@pages.get("/sign-in/")
@open_to_all
def show() -> ResponseReturnValue:
    return render_template("sign_in/show.html", next=asked_for(), sends_mail=current.settings().sends_mail)


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
                slips.forget_again(session, mine.person)
                sign_in.end_all(session, mine.person) if form.everywhere.data else sign_in.end(session, mine)
        current.forget()
        return redirect(url_for("sign_in.out"), 303)
    return render_template("sign_in/out.html", form=form), 400 if form.errors else 200


def way_on(somebody: Person) -> str:
    """Where somebody goes after signing in: on where they were, else to what is theirs to do."""
    if wanted := asked_for():
        return wanted
    for role, endpoint in ((Role.COORDINATOR, "coordination.index"), (Role.MODERATOR, "moderation.index")):
        if areas_of(somebody, role) != set():
            return url_for(endpoint)
    return url_for("me.index")


def come_in(somebody: Person, *, how: How, is_shared: bool = False, wanted: str = "") -> str:
    """Signs somebody in, within an open transaction, and says where they go on.

    What was signed in here before ends: nobody keeps a token from before they were known. A guest who wrote something
    is asked whether it comes along.
    """
    before = current.this_sign_in()
    current.sign_in_as(somebody, how=how, is_shared=is_shared)
    here = current.this_sign_in()
    if before is not None and here is not None:
        if before.person_id == somebody.id or before.person.level == Level.GUEST:
            push.hand_on(current.session(), before, here)
        sign_in.end(current.session(), before)
    return ask_or_go(before.person if before else None, somebody, wanted or way_on(somebody))


def _go_in(word: str, form: AddressForm) -> str:
    with current.transaction() as session:
        somebody = sign_in.consume(session, word, at=current.now())
        return come_in(somebody, how=How.ADDRESS, is_shared=bool(form.is_shared.data))
