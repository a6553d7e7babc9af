"""Asking whoever signed in whether what they wrote here as a guest shall be theirs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import taking_along
from backend.people import Person

from . import current
from .current import signed_in
from .forms import Form
from .next_page import asked_for

pages = Blueprint("taking_along", __name__)


class AskForm(Form):
    """Its two buttons say yes or no."""


@pages.route("/sign-in/take-along", methods=["GET", "POST"])
@signed_in
def ask() -> ResponseReturnValue:
    here, form = current.this_sign_in(), AskForm()
    if here is None or here.guest_id is None:
        return redirect(asked_for() or url_for("me.index"), 303)
    if form.is_sent() and request.form.get("answer") in ("yes", "no"):
        with current.transaction() as session:
            if request.form["answer"] == "yes":
                taking_along.take(session, here, at=current.now())
            else:
                taking_along.leave(session, here)
        return redirect(asked_for() or url_for("me.index"), 303)
    counts = taking_along.counts(current.session(), here.guest_id)
    page = render_template("taking_along/ask.html", form=form, counts=counts, somebody=here.person, next=asked_for())
    return page, 400 if form.errors else 200


def ask_or_go(before: Person | None, somebody: Person, way: str) -> str:
    """Where to go on from a new sign-in, within its transaction: first to the question, where there is one.

    before is who was signed in on this browser until now, read before the new sign-in began.
    """
    here = current.this_sign_in()
    if here is not None and here.person_id == somebody.id and taking_along.offer(current.session(), before, here):
        return url_for("taking_along.ask", next=way)
    return way
