"""Promising something to a case, for oneself or for somebody without an account, and what became of a promise."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import appeals, cases, needs, pledge_answers, pledge_outcomes, pledges
from backend.cases import Case
from backend.errors import Conflict, NotFound, Refusal
from backend.needs import KINDS, Listed
from backend.pledges import SHOWN_AS, Pledge
from backend.wording import say

from . import current, failures, language
from .current import coordinates, signed_in
from .forms import Form
from .needs import amount, open_to_the_team

pages = Blueprint("pledges", __name__)


class PledgeForm(Form):
    kind = RadioField(_("What is it?"), validate_choice=False, choices=())
    words = TextAreaField(_("What do you promise?"))
    how_much = StringField(_("How much?"))
    shown_as = RadioField(_("How shall it be shown?"), validate_choice=False, choices=())
    name = StringField(_("The name to show"))
    contact = StringField(_("How can the team reach you?"))
    client_uuid = HiddenField()


@pages.route("/<area>/cases/<int:number>/pledges/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    """For a need that the query names; "0" is for something else, and without one the needs are offered."""
    case = _case(number)
    offered = [need for need in needs.of_case(current.session(), case.id, language.this().tag) if not need.is_closed]
    if "need" not in request.args and offered:
        return render_template("pledges/choose.html", case=case, said=_said(case), needs=offered)
    return _asked(case, _named(offered), pledges.promise, "pledges/new.html")


@pages.route("/<area>/cases/<int:number>/pledges/enter", methods=["GET", "POST"])
@coordinates
def enter(number: int) -> ResponseReturnValue:
    """What somebody without an account promised."""
    case = _case(number)
    offered = [need for need in needs.of_case(current.session(), case.id, language.this().tag) if not need.is_closed]
    return _asked(case, _named(offered), pledges.enter, "pledges/enter.html", needs=offered)


@pages.get("/<area>/cases/<int:number>/pledges/")
@signed_in
def index(number: int) -> ResponseReturnValue:
    """All of them, with how to reach people: for the team and its coordinator."""
    case = open_to_the_team(number)
    session, tag = current.session(), language.this().tag
    return render_template(
        "pledges/index.html", case=case, said=_said(case), pledges=pledges.of_case(session, case.id),
        needs=needs.of_case(session, case.id, tag), may_enter=cases.may_lead(current.known_person(), case.area_id),
    )  # fmt: skip


@pages.get("/<area>/cases/<int:number>/pledges/<int:pledge>")
@signed_in
def show(number: int, pledge: int) -> ResponseReturnValue:
    """For whoever promised it, the team and its coordinator."""
    session, somebody, case = current.session(), current.known_person(), _case(number)
    found = seen(case, pledge)
    return render_template(
        "pledges/show.html", case=case, said=_said(case), pledge=found, reasons=pledge_answers.WHY,
        is_mine=pledges.is_by(found, somebody), may_note=needs.may_write(session, somebody, case),
        may_withdraw=pledge_outcomes.may_withdraw(found, somebody),
        unit=needs.unit_of(session, found.need_id, language.this().tag),
        objection=appeals.look_for(session, "pledge", found.id, somebody, at=current.now()),
    )  # fmt: skip


def seen(case: Case, number: int) -> Pledge:
    """A promise that this reader may see all of. Raises NotFound, also for another's: nobody learns what waits."""
    session = current.session()
    found = pledges.by_number(session, number, case_id=case.id)
    if not pledges.may_see(session, found, current.known_person(), case):
        raise NotFound(say("There is no promise with this number."))
    return found


def _asked(case: Case, need: Listed | None, verb: Any, page: str, **more: Any) -> ResponseReturnValue:
    form, tag, status = PledgeForm(kind="hands", shown_as="first_name"), language.this().tag, 400
    form.kind.choices = [SelectChoice(kind, words.into(tag)) for kind, words in KINDS.items()]
    form.shown_as.choices = [SelectChoice(way, words.into(tag)) for way, words in SHOWN_AS.items()]
    if form.is_sent():
        try:
            made = _write(case, need, verb, form)
            return redirect(url_for("pledges.show", number=case.id, pledge=made.id), 303)
        except Refusal as refusal:
            status = failures.status_of(refusal)
            if isinstance(refusal, Conflict):
                form.client_uuid.data = ""
            form.refuse(refusal)
    elif request.method == "GET" and verb is pledges.promise:
        form.name.data = getattr(current.known_person(), "name", "")
    form.client_uuid.data = form.client_uuid.data or str(uuid4())
    shown = render_template(page, form=form, case=case, said=_said(case), need=need, **more)
    return shown, status if form.errors else 200


def _write(case: Case, need: Listed | None, verb: Any, form: PledgeForm) -> Pledge:
    with current.transaction() as session:
        meant = needs.by_number(session, need.id, case_id=case.id) if need else None
        made: Pledge = verb(
            session, case, by=current.known_person(), words=form.words.data, language=language.this().tag,
            kind=form.kind.data or "", need=meant, how_much=amount(form.how_much.data),
            shown_as=form.shown_as.data or "", name=form.name.data or "", contact=form.contact.data or "",
            client_uuid=form.client_uuid.data, at=current.now(),
        )  # fmt: skip
        return made


def _named(offered: list[Listed]) -> Listed | None:
    """The open need that the query names; none for something else. Raises NotFound."""
    number = request.args.get("need", 0, type=int)
    found = next((need for need in offered if need.id == number), None)
    if number and found is None:
        raise NotFound(say("There is no need with this number."))
    return found


def _case(number: int) -> Case:
    return cases.by_number(current.session(), number, area_id=current.area().id)


def _said(case: Case) -> Any:
    return cases.texts_of(current.session(), case, language.this().tag)
