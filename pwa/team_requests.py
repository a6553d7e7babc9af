"""Answering who asks to join a team, and taking back what one asked."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

from backend import cases, team_requests, teams
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, Refusal

from . import current, language
from .current import signed_in
from .forms import Form
from .teams import in_team

pages = Blueprint("team_requests", __name__)


class AnswerForm(Form):
    note = TextAreaField(_("A word to them"))


@pages.route("/<area>/cases/<int:number>/team/requests/<int:asked>", methods=["GET", "POST"])
@signed_in
@in_team
def answer(case: Case, asked: int) -> ResponseReturnValue:
    """For ambassadors and coordinators; the button that was pressed is the answer."""
    session, person, tag = current.session(), current.known_person(), language.this().tag
    if not teams.may_lead(session, case, person):
        raise team_requests.only_leaders()
    found = team_requests.by_number(session, asked, case_id=case.id)
    form, status = AnswerForm(), 200
    if form.is_sent():
        try:
            with current.transaction():
                team_requests.answer(
                    session, team_requests.by_number(session, asked, case_id=case.id), by=person, at=current.now(),
                    is_welcome=request.form.get("answer") == "welcome", note=form.note.data, note_language=tag,
                )  # fmt: skip
            return redirect(url_for("teams.room", number=case.id), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    said = cases.texts_of(session, case, tag)
    page = {"form": form, "case": case, "said": said, "asked": found, "sectors": teams.SECTORS}
    return render_template("team_requests/answer.html", **page), status


@pages.post("/<area>/cases/<int:number>/join/take-back")
@signed_in
def take_back(number: int) -> ResponseReturnValue:
    """One's own, while nobody has answered."""
    session, person = current.session(), current.known_person()
    case = cases.by_number(session, number, area_id=current.area().id)
    asked = team_requests.own(session, case.id, person)
    if asked is not None and asked.answered_at is None and Form().is_sent():
        with current.transaction():
            team_requests.take_back(session, team_requests.own(session, number, person), by=person, at=current.now())
    return redirect(url_for("teams.join", number=number), 303)
