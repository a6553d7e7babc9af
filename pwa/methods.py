"""Method cards: a list by stage, a page for each that fits on A6 paper, and what cases tell of them."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField

from backend import areas, cases, method_uses, methods
from backend.cases import STAGES
from backend.errors import NotAllowed, Refusal
from backend.wording import say

from . import current, language, options, texts
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("methods", __name__)

TEXTS = {"text": (TextAreaField, _("We used this, and ..."))}


class UseForm(Form):
    case = SelectField(_("In which case?"), coerce=int, validate_choice=False)
    client_uuid = HiddenField()


@pages.get("/methods/")
@public("methods")
def index() -> ResponseReturnValue:
    counts = method_uses.counts(current.session())
    return render_template("methods/index.html", by_stage=methods.by_stage(), stages=STAGES, counts=counts)


@pages.get("/methods/<slug>")
@public("methods", "cases")
def show(slug: str) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    card = methods.by_slug(slug)
    return render_template(
        "methods/show.html",
        card=card,
        told=card.told(tag),
        stages=STAGES,
        uses=method_uses.of_card(session, slug, tag),
        by_id={area.id: area for area in areas.every(session)},
    )


@pages.route("/methods/<slug>/used", methods=["GET", "POST"])
@signed_in
def used(slug: str) -> ResponseReturnValue:
    """For whoever works on a case somewhere. Raises NotFound, NotAllowed."""
    session, tag, person, status = current.session(), language.this().tag, current.known_person(), 200
    card = methods.by_slug(slug)
    own = method_uses.cases_of(session, person, tag)
    if not own:
        raise NotAllowed(say("Only the team of a case and its coordinator may tell this."))
    form = texts.in_languages(UseForm, TEXTS)
    form.case.choices = [(number, title.text) for number, _slug, title in own]
    if request.method == "GET":
        form.client_uuid.data = str(uuid4())
        form.case.data = request.args.get("case", type=int)
    if form.is_sent():
        try:
            with current.transaction():
                if form.case.data not in {number for number, *_rest in own}:
                    raise Refusal(say("Choose one of what is offered."), field="case")
                made = method_uses.tell(
                    session, card, cases.by_number(session, form.case.data), by_language=texts.written(form, *TEXTS),
                    original=form.original.data, by=person, at=current.now(), client_uuid=form.client_uuid.data,
                )  # fmt: skip
            return redirect(url_for("methods.show", slug=slug, _anchor=f"use-{made.id}"), 303)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    groups = texts.groups(form, *TEXTS)
    page = render_template("methods/used.html", form=form, groups=groups, card=card, told=card.told(tag))
    return page, status if status != 200 or not form.errors else 400
