"""Options: what could help, side by side, before some of it is tried; the team adds to them and weighs them."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, StringField, TextAreaField

from backend import cases, idea_lists, ideas, option_lists, options, team_work, typed
from backend import texts as said_texts
from backend.cases import Case, Stage
from backend.errors import Conflict, Refusal
from backend.options import HIGHEST_COST, RISKS

from . import current, failures, language, stages, texts
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("options", __name__)

TEXTS = {
    "title": (StringField, _("What is it called?")),
    "text": (TextAreaField, _("What is it, in a few words?")),
    "source": (TextAreaField, _("Where does it come from?")),
}
RISK = {"risk": (TextAreaField, _("What may go wrong?"))}


class NewForm(Form):
    client_uuid = HiddenField()


class TakeInForm(Form):
    """Its token is all it holds."""


class WeighForm(Form):
    cost_from = StringField(_("What does it cost at least, in kronor?"))
    cost_to = StringField(_("What does it cost at most, in kronor?"))
    risk_level = RadioField(_("How large is the risk?"), validate_choice=False)


@pages.get("/<area>/cases/<int:number>/options/")
@public("cases", "ideas", "lessons")
def index(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    there = option_lists.of_case(session, case.id, tag)
    left = option_lists.ideas_left(session, case.id, there, tag)
    return stages.page(case, Stage.OPTIONS, options=there, ideas_left=left)


@pages.route("/<area>/cases/<int:number>/options/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, status = to_work_on(number), 200
    form = texts.in_languages(NewForm, TEXTS)
    if request.method == "GET":
        form.client_uuid.data = str(uuid4())
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = options.add(
                    session, case, by_language=texts.written(form, *TEXTS), original=form.original.data,
                    client_uuid=form.client_uuid.data, by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return to_option(number, made.id)
        except Refusal as refusal:
            status = refused(form, refusal)
    groups = texts.groups(form, *TEXTS)
    return render_template("options/new.html", form=form, groups=groups, **of(case)), status


@pages.route("/<area>/cases/<int:number>/options/from/<int:idea>", methods=["GET", "POST"])
@signed_in
def take_in(number: int, idea: int) -> ResponseReturnValue:
    """An idea of the case becomes one of its options."""
    case, tag, form = to_work_on(number), language.this().tag, TakeInForm()
    taken = ideas.by_number(current.session(), idea, area_id=case.area_id)
    if taken.state not in ideas.PUBLIC:
        raise ideas.not_here()
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = options.take_in(session, case, taken, language=tag, by=current.known_person(), at=current.now())
            return to_option(number, made.id)
        except Refusal as refusal:
            form.refuse(refusal)
    shown = idea_lists.one(current.session(), idea, language=tag)
    page = render_template("options/take_in.html", form=form, idea=shown, **of(case))
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/options/<int:option>/weigh", methods=["GET", "POST"])
@signed_in
def weigh(number: int, option: int) -> ResponseReturnValue:
    case, status = to_work_on(number), 200
    weighed = options.by_number(current.session(), option, case_id=case.id)
    form = texts.in_languages(WeighForm, RISK)
    form.risk_level.choices = [(level, words.into(language.this().tag)) for level, words in RISKS.items()]
    if request.method == "GET":
        texts.fill(form, said_texts.all_of(current.session(), weighed.texts_id), *RISK)
        form.risk_level.data = weighed.risk_level
        for field, sum_ in ((form.cost_from, weighed.cost_from), (form.cost_to, weighed.cost_to)):
            field.data = "" if sum_ is None else str(sum_)
    if form.is_sent():
        try:
            with current.transaction() as session:
                options.weigh(
                    session, weighed, risk={tag: own["risk"] for tag, own in texts.written(form, *RISK).items()},
                    risk_level=form.risk_level.data or "", cost_from=_sum(form.cost_from), cost_to=_sum(form.cost_to),
                    by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return to_option(number, option)
        except Refusal as refusal:
            status = refused(form, refusal)
    shown = option_lists.one(current.session(), option, language.this().tag)
    groups = texts.groups(form, *RISK)
    return render_template("options/weigh.html", form=form, groups=groups, option=shown, **of(case)), status


def to_work_on(number: int) -> Case:
    """The case, for whoever works on it. Raises NotFound, NotAllowed."""
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    team_work.make_sure_may_work(session, current.known_person(), case, at=current.now())
    return case


def of(case: Case) -> dict[str, object]:
    """The case and its texts, for the head of a form."""
    return {"case": case, "said": cases.texts_of(current.session(), case, language.this().tag)}


def to_option(number: int, option: int) -> ResponseReturnValue:
    return redirect(url_for("options.index", number=number, _anchor=f"option-{option}"), 303)


def refused(form: Form, refusal: Refusal) -> int:
    """Shows it in the form, and gives the status; what clashed with an earlier one can be sent as a new one."""
    if isinstance(refusal, Conflict) and "client_uuid" in form:
        form["client_uuid"].data = str(uuid4())
    if "original" in form:
        texts.refuse(form, refusal)
    else:
        form.refuse(refusal)
    return failures.status_of(refusal)


def _sum(field: StringField) -> int | None:
    """Empty where nobody knows it yet."""
    written = (field.data or "").strip()
    return typed.whole_number(written, field=field.name, least=0, most=HIGHEST_COST) if written else None
