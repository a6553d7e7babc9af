""" "Me too": its own small page, so that the idea's page stays the same for everybody."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import ideas, supports

from . import current
from .current import open_to_all
from .forms import GuestForm

pages = Blueprint("supports", __name__)


class SupportForm(GuestForm):
    """It carries no authority: undo is one more tap."""


@pages.route("/<area>/ideas/<int:number>/support", methods=["GET", "POST"])
@open_to_all
def show(number: int) -> ResponseReturnValue:
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    if idea.state not in ideas.PUBLIC:
        raise ideas.not_here()
    form = SupportForm()
    if form.is_sent():
        with current.transaction() as session:
            somebody = current.person_or_guest()
            if request.form.get("undo"):
                supports.undo(session, idea, by=somebody)
            else:
                supports.support(session, idea, by=somebody, at=current.now())
        return redirect(url_for("supports.show", number=number), 303)
    somebody = current.person()
    return render_template(
        "supports/show.html", idea=idea, form=form, counts=supports.counts_for(somebody),
        is_mine=supports.is_supported(current.session(), idea.id, somebody),
    )  # fmt: skip
