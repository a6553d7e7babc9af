"""Joining the team of a case, and leaving it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import StringField

from backend import cases, teams
from backend.cases import Stage
from backend.errors import Refusal

from . import current, language, stages
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("teams", __name__)


class JoinForm(Form):
    name = StringField(_("What shall the team call you?"))


class LeaveForm(Form):
    """Its token is all it holds."""


@pages.get("/<area>/cases/<int:number>/team/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    return stages.page(case, Stage.TEAM, members=teams.members(session, case.id, language.this().tag))


@pages.route("/<area>/cases/<int:number>/join", methods=["GET", "POST"])
@signed_in
def join(number: int) -> ResponseReturnValue:
    session, person = current.session(), current.known_person()
    case = cases.by_number(session, number, area_id=current.area().id)
    form = JoinForm(name=person.name)
    if form.is_sent():
        try:
            with current.transaction():
                teams.join(session, case, person, name=form.name.data or "", at=current.now())
            return redirect(url_for("cases.show", number=number, _anchor="team"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    said = cases.texts_of(session, case, language.this().tag)
    is_member = teams.is_member(session, case.id, person)
    page = render_template("teams/join.html", form=form, case=case, said=said, is_member=is_member)
    return page, 400 if form.errors else 200


@pages.post("/<area>/cases/<int:number>/leave")
@signed_in
def leave(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    if LeaveForm().is_sent():
        with current.transaction() as session:
            teams.leave(session, case, current.known_person(), at=current.now())
        return redirect(url_for("cases.show", number=number, _anchor="team"), 303)
    return redirect(url_for("teams.join", number=number), 303)
