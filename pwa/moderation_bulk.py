"""Spam in one go: tick several, read their titles once more, then none of them is published."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backend import moderation_bulk
from backend.errors import Refusal

from . import current
from .current import moderates
from .forms import Form
from .moderation_queue import around, as_number, kept, me

pages = Blueprint("moderation_bulk", __name__)


class SpamForm(Form):
    """Its ticks are named "items" and say "<id>:<version>", as the list showed them."""


@pages.get("/moderation/spam")
@moderates
def choose() -> ResponseReturnValue:
    return _page(SpamForm(formdata=None))


@pages.post("/moderation/spam")
@moderates
def refuse() -> ResponseReturnValue:
    """The first time it asks whether one is sure, with the count; the second time it is done."""
    form, seen = SpamForm(), _ticked()
    if not form.is_sent():
        return _page(form), 400
    if seen and request.form.get("sure") != "yes":
        return _page(form, seen)
    try:
        with current.transaction() as session:
            outcome = moderation_bulk.refuse(
                session, seen, by=me(), at=current.now(), undo_seconds=current.settings().undo_seconds
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 400
    return redirect(url_for("moderation.index", skipped=len(outcome.skipped) or None, **kept()), 303)


def _page(form: SpamForm, seen: dict[int, int] | None = None) -> str:
    return render_template(
        "moderation_bulk/choose.html", form=form, seen=seen or {}, can_be_spam=moderation_bulk.can_be_spam, **around()
    )


def _ticked() -> dict[int, int]:
    """{id: the version that was seen}; what is no such pair is nothing."""
    pairs = (word.partition(":") for word in request.form.getlist("items"))
    return {as_number(one): as_number(version) for one, _, version in pairs if as_number(one)}
