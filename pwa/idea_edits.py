"""What an author does with an idea later: edits it, takes it back. Everybody reads what it said before."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField

from backend import idea_edits, idea_versions, ideas
from backend.errors import Conflict, NotAllowed, Refusal
from backend.ideas import Idea
from backend.wording import say

from . import current, language
from .current import open_to_all
from .forms import Form
from .page_cache import public

pages = Blueprint("idea_edits", __name__)


class EditForm(Form):
    text = TextAreaField(_("Your idea"))
    client_uuid = HiddenField()


class WithdrawForm(Form):
    """Its token is all it holds."""


@pages.route("/<area>/ideas/<int:number>/edit", methods=["GET", "POST"])
@open_to_all
def edit(number: int) -> ResponseReturnValue:
    """For its author: the words that were sent last, and what a moderator asked for."""
    idea = _own(number)
    idea_edits.make_sure_may_edit(current.session(), idea, current.person(), at=current.now())
    latest = idea_versions.latest(current.session(), idea)
    form, status = EditForm(text=latest.whole, client_uuid=str(uuid4())), 200
    if form.is_sent():
        try:
            _send(idea, form)
            return redirect(url_for("ideas.mine", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 400
            if isinstance(refusal, Conflict):
                form.client_uuid.data, status = str(uuid4()), 409
    return render_template("idea_edits/edit.html", form=form, idea=idea, latest=latest), status


@pages.route("/<area>/ideas/<int:number>/withdraw", methods=["GET", "POST"])
@open_to_all
def withdraw(number: int) -> ResponseReturnValue:
    idea = _own(number)
    if not ideas.may_withdraw(idea, current.person()):
        raise NotAllowed(say("This idea can’t be taken back now."))
    form = WithdrawForm()
    if form.is_sent():
        with current.transaction() as session:
            again = ideas.by_number(session, number)
            idea_edits.withdraw(session, again, by=current.person_or_guest(), at=current.now())
        return redirect(url_for("ideas.mine", number=number), 303)
    return render_template("idea_edits/withdraw.html", form=form, idea=idea)


@pages.get("/<area>/ideas/<int:number>/versions")
@public("ideas")
def versions(number: int) -> ResponseReturnValue:
    """What it said before, newest first, each with what was new in it."""
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    if idea.state not in ideas.PUBLIC:
        raise ideas.not_here()
    said = idea_versions.public(current.session(), idea)
    before = [None, *said]
    compared = [
        (one, idea_versions.difference(older.whole, one.whole) if older else [])
        for older, one in zip(before, said, strict=False)
    ]
    return render_template("idea_edits/versions.html", idea=idea, versions=compared[::-1])


def _own(number: int) -> Idea:
    """Raises NotFound for everybody but its author."""
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    if not ideas.is_by(idea, current.person()):
        raise ideas.not_here()
    return idea


def _send(idea: Idea, form: EditForm) -> None:
    with current.transaction() as session:
        idea_edits.edit(
            session, ideas.by_number(session, idea.id), text=form.text.data, language=language.this().tag,
            by=current.person_or_guest(), at=current.now(), client_uuid=form.client_uuid.data,
        )  # fmt: skip
