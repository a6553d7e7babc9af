"""What speaks for an option or against it, in a few words of the team's."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, TextAreaField

from backend import option_arguments, option_lists
from backend import options as kept_options
from backend.errors import Refusal
from backend.option_arguments import SIDES

from . import current, language, options
from .current import signed_in
from .forms import Form

pages = Blueprint("option_arguments", __name__)


class ArgumentForm(Form):
    side = RadioField(_("For or against?"), validate_choice=False)
    text = TextAreaField(_("Your argument"))
    client_uuid = HiddenField()


@pages.route("/<area>/cases/<int:number>/options/<int:option>/argue", methods=["GET", "POST"])
@signed_in
def new(number: int, option: int) -> ResponseReturnValue:
    case, tag, status = options.to_work_on(number), language.this().tag, 200
    weighed = kept_options.by_number(current.session(), option, case_id=case.id)
    form = ArgumentForm()
    form.side.choices = [(side, words.into(tag)) for side, words in SIDES.items()]
    if request.method == "GET":
        form.client_uuid.data = str(uuid4())
    if form.is_sent():
        try:
            with current.transaction() as session:
                option_arguments.argue(
                    session, weighed, side=form.side.data or "", text=form.text.data, language=tag,
                    client_uuid=form.client_uuid.data, by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return options.to_option(number, option)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    shown = option_lists.one(current.session(), option, tag)
    return render_template("option_arguments/new.html", form=form, option=shown, **options.of(case)), status
