"""The language that an idea is written in, said by its author where we guessed wrong."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.fields import SelectChoice

from backend import guessing, ideas, languages
from backend.errors import NotAllowed
from backend.wording import say

from . import current
from .current import open_to_all
from .forms import Form

pages = Blueprint("guessing", __name__)
CHOICES = [SelectChoice(one.tag, one.autonym) for one in languages.WRITTEN]


class LanguageForm(Form):
    language = SelectField(_("It is written in"), choices=CHOICES, validate_choice=False)


@pages.app_context_processor
def choices() -> dict[str, Any]:
    return {"language_choices": languages.WRITTEN}


@pages.post("/<area>/ideas/<int:number>/language")
@open_to_all
def correct(number: int) -> ResponseReturnValue:
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    somebody = current.person()
    if not ideas.may_see_status(idea, somebody):
        raise ideas.not_here()
    form = LanguageForm()
    if not form.is_sent() or somebody is None:
        raise NotAllowed(say("This page was open for too long, or somebody else signed in. Send it again."))
    with current.transaction() as session:
        guessing.correct(session, "idea", idea.id, form.language.data or "", by=somebody)
    return redirect(url_for("ideas.mine", number=number), 303)
