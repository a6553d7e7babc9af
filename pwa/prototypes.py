"""A new prototype of a case, told by its coordinator."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField

from backend import cases, prototypes, typed
from backend import texts as said_texts
from backend.cases import Stage
from backend.errors import Refusal
from backend.prototypes import HIGHEST_COST, PICTURES, STATES

from . import current, language, stages, texts
from .current import coordinates
from .forms import Form
from .page_cache import public

pages = Blueprint("prototypes", __name__)

TEXTS = {
    "title": (StringField, _("What is it called?")),
    "lines": (TextAreaField, _("Two short lines for the ballot")),
    "tries": (TextAreaField, _("What do you try?")),
    "risk": (TextAreaField, _("What may go wrong?")),
    "stop_when": (TextAreaField, _("When do you stop?")),
}
PICTURE_NAMES = {
    "table": _("A long table"), "stall": _("A market stall"), "sofa": _("A sofa and a lamp"), "passage": _("A passage"),
    "wash": _("A laundry room"), "call": _("A phone call"), "busstop": _("A bus stop"), "window": _("An open window"),
}  # fmt: skip


class NewForm(Form):
    state = SelectField(_("How far has it come?"), validate_choice=False)
    cost = StringField(_("What does it cost, in kronor?"))
    picture = SelectField(_("Picture on the ballot"), validate_choice=False)


class TellForm(Form):
    state = SelectField(_("How far has it come?"), validate_choice=False)
    seen = TextAreaField(_("What did you see?"))
    next = TextAreaField(_("What do you change next time?"))


@pages.get("/<area>/cases/<int:number>/prototypes/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    tried = prototypes.of_case(session, case.id, language.this().tag)
    return stages.page(case, Stage.PROTOTYPES, prototypes=tried)


@pages.route("/<area>/cases/<int:number>/prototypes/new", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    form = texts.in_languages(NewForm, TEXTS)
    form.state.choices = [(state, words.into(language.this().tag)) for state, words in STATES.items()]
    form.picture.choices = [(name, PICTURE_NAMES[name]) for name in PICTURES]
    if form.is_sent():
        try:
            with current.transaction() as session:
                prototypes.add(
                    session, case, by_language=texts.written(form, *TEXTS), original=form.original.data,
                    state=form.state.data or "", cost=_cost(form.cost.data), picture=form.picture.data or "",
                    by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("cases.show", number=number, _anchor="prototypes"), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    groups = texts.groups(form, *TEXTS)
    page = render_template("prototypes/new.html", form=form, groups=groups, case=case)
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/prototypes/<int:prototype>/tell", methods=["GET", "POST"])
@coordinates
def tell(number: int, prototype: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    tried, tag = prototypes.by_number(current.session(), prototype, case_id=case.id), language.this().tag
    said = said_texts.read_one(current.session(), tried.texts_id, tag)
    form = TellForm(state=tried.state, seen=said["seen"].text, next=said["next"].text)
    form.state.choices = [(state, words.into(tag)) for state, words in STATES.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                prototypes.tell(
                    session, tried, state=form.state.data or "", seen=form.seen.data or "", language=tag,
                    next_time=form.next.data or "", by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("cases.show", number=number, _anchor=f"prototype-{prototype}"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("prototypes/tell.html", form=form, said=said, case=case, number=prototype)
    return page, 400 if form.errors else 200


def _cost(written: str | None) -> int | None:
    """Empty where nobody knows it yet."""
    return typed.whole_number(written, field="cost", least=0, most=HIGHEST_COST) if (written or "").strip() else None
