"""We saw that ...: the team draws together what people told, in a few sentences that link to it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField
from wtforms.fields import SelectChoice

from backend import cases, insight_lists, insight_patterns
from backend import texts as said_texts
from backend.cases import Case
from backend.errors import NotAllowed, NotFound, Refusal
from backend.insight_patterns import Pattern
from backend.wording import say

from . import current, language, texts
from .current import signed_in
from .forms import Form, TicksField

pages = Blueprint("insight_patterns", __name__)
TEXTS = {"text": (TextAreaField, _("We saw that ..."))}


class PatternForm(Form):
    insights = TicksField(_("What does it rest on?"), validate_choice=False, choices=())
    client_uuid = HiddenField()


class RemoveForm(Form):
    """Its token is all it holds."""


@pages.route("/<area>/cases/<int:number>/patterns/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case = _case(number)
    form = _form(case)
    if form.is_sent():
        try:
            with current.transaction() as session:
                insight_patterns.draw(session, case, **_written(form), client_uuid=form.client_uuid.data)
            return redirect(url_for("insights.index", number=number, _anchor="patterns"), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            texts.refuse(form, refusal)
    form.client_uuid.data = form.client_uuid.data or str(uuid4())
    return _page(form, case)


@pages.route("/<area>/cases/<int:number>/patterns/<int:pattern>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int, pattern: int) -> ResponseReturnValue:
    case = _case(number)
    found = insight_patterns.by_number(current.session(), pattern, case_id=case.id)
    form = _form(case, found)
    if form.is_sent():
        try:
            with current.transaction() as session:
                drawn = insight_patterns.by_number(session, pattern, case_id=case.id)
                insight_patterns.change(session, drawn, **_written(form))
            return redirect(url_for("insights.index", number=number, _anchor="patterns"), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            texts.refuse(form, refusal)
    return _page(form, case, found)


@pages.route("/<area>/cases/<int:number>/patterns/<int:pattern>/remove", methods=["GET", "POST"])
@signed_in
def remove(number: int, pattern: int) -> ResponseReturnValue:
    case, form = _case(number), RemoveForm()
    found = insight_patterns.by_number(current.session(), pattern, case_id=case.id)
    if form.is_sent():
        with current.transaction() as session:
            drawn = insight_patterns.by_number(session, pattern, case_id=case.id)
            insight_patterns.remove(session, drawn, by=current.known_person(), at=current.now())
        return redirect(url_for("insights.index", number=number, _anchor="patterns"), 303)
    said = said_texts.read_one(current.session(), found.texts_id, language.this().tag)
    page = render_template("insight_patterns/remove.html", case=case, form=form, pattern=found, said=said)
    return page, 400 if form.errors else 200


def _case(number: int) -> Case:
    """For whoever may draw things together in it. Raises NotAllowed, NotFound."""
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    if not insight_patterns.may_draw(current.session(), current.known_person(), case):
        raise NotAllowed(say("Only the team and coordinators draw things together."))
    return case


def _form(case: Case, pattern: Pattern | None = None) -> Any:
    """With what can be drawn together; of a pattern with its words and what it rests on now."""
    session = current.session()
    original = said_texts.original_of(session, pattern.texts_id) if pattern else ""
    form = texts.in_languages(PatternForm, TEXTS, original=original)
    form.offered = insight_lists.offered(session, case.id)
    form.insights.choices = [SelectChoice(str(one.number), str(one.number)) for one in form.offered]
    if pattern is not None and not form.is_submitted():
        form.insights.data = [str(number) for number in insight_patterns.insights_of(session, pattern)]
        texts.fill(form, said_texts.all_of(session, pattern.texts_id), *TEXTS)
    return form


def _written(form: Any) -> dict[str, Any]:
    chosen = [int(number) for number in form.insights.data or () if number.isdecimal() and len(number) < 10]
    return {
        "by_language": texts.written(form, *TEXTS), "original": form.original.data,
        "insights": chosen, "by": current.known_person(), "at": current.now(),
    }  # fmt: skip


def _page(form: Any, case: Case, pattern: Pattern | None = None) -> ResponseReturnValue:
    said = cases.texts_of(current.session(), case, language.this().tag)
    page = render_template(
        "insight_patterns/edit.html", form=form, groups=texts.groups(form, *TEXTS), case=case, said=said,
        pattern=pattern, offered=form.offered,
    )  # fmt: skip
    return page, 400 if form.errors else 200
