"""The ambassadors of a team: who is asked, who answers, who takes over one day."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend import ambassadors, cases, teams
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.people import Person
from backend.teams import Member
from backend.wording import say

from . import current, language
from .current import signed_in
from .forms import Form
from .teams import in_team

pages = Blueprint("ambassadors", __name__)
ACTS = ("ask", "yes", "no", "successor", "step_down")


class ActForm(Form):
    """What is done, and to whom, comes with the button that is pressed."""


@pages.route("/<area>/cases/<int:number>/team/ambassadors", methods=["GET", "POST"])
@signed_in
@in_team
def show(case: Case) -> ResponseReturnValue:
    """For the team; each sees the acts that are theirs."""
    session, person, number, form, status = current.session(), current.known_person(), case.id, ActForm(), 200
    if form.is_sent():
        try:
            with current.transaction():
                _act(session, cases.by_number(session, number), person)
            return redirect(url_for("ambassadors.show", number=number), 303)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    tag = language.this().tag
    case = cases.by_number(session, number)
    return render_template(
        "ambassadors/show.html", form=form, case=case, said=cases.texts_of(session, case, tag),
        members=teams.members(session, number, tag), mine=teams.own(session, number, person),
        may_lead=teams.may_lead(session, case, person), may_coordinate=cases.may_lead(person, case.area_id),
    ), status  # fmt: skip


def _act(session: Session, case: Case, by: Person) -> None:
    """Raises Refusal, NotFound for whoever is not in this team."""
    act, at = request.form.get("act"), current.now()
    if act not in ACTS:
        raise Refusal(say("Choose what you want to do."))
    member = _member(session, case, request.form.get("member"))
    if act == "ask":
        ambassadors.ask(session, case, member, by=by, at=at)
    elif act in ("yes", "no"):
        ambassadors.answer(session, member, is_yes=act == "yes", by=by, at=at)
    elif act == "successor":
        chosen = request.form.get("successor")
        successor = _member(session, case, chosen) if chosen else None
        ambassadors.name_successor(session, case, member, successor, by=by)
    else:
        ambassadors.step_down(session, case, member, by=by, at=at)


def _member(session: Session, case: Case, number: str | None) -> Member:
    is_number = number is not None and number.isdecimal() and len(number) < 10
    return teams.by_number(session, int(number) if is_number and number else 0, case_id=case.id)
