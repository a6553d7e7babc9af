"""Objecting to a decision about one's own: why it was decided, a form for half a year, and what came of it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

from backend import appeal_answers, appeals
from backend.appeals import Offer
from backend.errors import NotFound, Refusal
from backend.wording import say

from . import current, language
from .current import open_to_all
from .forms import Form

pages = Blueprint("appeals", __name__)


class AppealForm(Form):
    words = TextAreaField(_("Why do you not agree?"))


@pages.route("/<area>/appeals/new/<kind>/<int:number>", methods=["GET", "POST"])
@open_to_all
def new(kind: str, number: int) -> ResponseReturnValue:
    """For whoever it concerns, guests too: the decision with its reason and rule, and the form."""
    offered = appeals.offer(current.session(), kind, number, current.person(), at=current.now())
    if offered.decided.area_id != current.area().id:
        raise NotFound(say("There is nothing here to object to."))
    if offered.appeal is not None:
        return redirect(url_for("appeals.show", number=offered.appeal.id), 303)
    form = AppealForm()
    if form.is_sent():
        try:
            return redirect(url_for("appeals.show", number=_take_in(form, offered)), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    status = 400 if form.errors else 200
    return render_template("appeals/new.html", form=form, offered=offered, decided=offered.decided), status


@pages.get("/<area>/appeals/<int:number>")
@open_to_all
def show(number: int) -> ResponseReturnValue:
    """What somebody objected, and what came of it; it says so when nobody is there yet who may decide."""
    session = current.session()
    appeal = appeals.own(session, number, by=current.person(), area_id=current.area().id)
    offered = appeals.look_for(session, appeal.kind, appeal.noun_id, current.person(), at=current.now())
    is_same = offered is not None and offered.decided.key == appeal.decision
    return render_template(
        "appeals/show.html", appeal=appeal, outcome=appeal_answers.outcome_words(appeal),
        label=offered.decided.label if offered and is_same else None,
        waits_for_nobody=bool(offered and is_same and appeals.waits_for_nobody(session, offered.decided)),
    )  # fmt: skip


def all_offered_for(*kinds: str, number: int) -> list[Offer]:
    """For pages that show somebody their own: the decisions that stand, and whether they may object."""
    found = (appeals.look_for(current.session(), kind, number, current.person(), at=current.now()) for kind in kinds)
    return [one for one in found if one is not None]


def _take_in(form: AppealForm, offered: Offer) -> int:
    by = current.person()
    if by is None:
        raise NotFound(say("There is nothing here to object to."))
    with current.transaction() as session:
        return appeals.object_to(
            session, offered.kind, offered.number, by=by, words=form.words.data, language=language.this().tag,
            at=current.now(),
        ).id  # fmt: skip
