"""Handing something to another moderator of the area, with a word."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from backend import moderation, moderation_readers
from backend.errors import NotAllowed, NotFound, Refusal

from . import current, reading
from .current import moderates
from .moderation_queue import after, as_number, me
from .reading import HandOverForm

pages = Blueprint("moderation_readers", __name__)


@pages.post("/moderation/<int:number>/hand-over")
@moderates
def hand_over(number: int) -> ResponseReturnValue:
    form, status = HandOverForm(), 400
    if form.is_sent():
        try:
            with current.transaction() as session:
                item = moderation_readers.hand_over(
                    session, number, as_number(form.to.data), word=form.word.data or "", by=me(), at=current.now()
                )
            return redirect(after(item), 303)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    item = moderation.find(current.session(), number, by=me())
    return reading.page(item, reading.new_form(item, me()), hand_form=form), status
