"""Following a case, on a small page of its own, so that the case's page stays the same for everybody."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import cases, follows

from . import current, language
from .current import open_to_all
from .forms import GuestForm

pages = Blueprint("follows", __name__)


class FollowForm(GuestForm):
    """It carries no authority: undo is one more tap."""


@pages.route("/<area>/cases/<int:number>/follow", methods=["GET", "POST"])
@open_to_all
def case(number: int) -> ResponseReturnValue:
    followed, form = cases.by_number(current.session(), number, area_id=current.area().id), FollowForm()
    if form.is_sent():
        with current.transaction() as session:
            somebody = current.person_or_guest()
            if request.form.get("undo"):
                follows.unfollow(session, somebody, "case", followed.id)
            else:
                follows.follow(session, somebody, "case", followed.id, at=current.now())
        return redirect(url_for("follows.case", number=number), 303)
    said = cases.texts_of(current.session(), followed, language.this().tag)
    is_mine = followed.id in follows.followed(current.session(), current.person(), "case")
    return render_template("follows/case.html", case=followed, said=said, form=form, is_mine=is_mine)
