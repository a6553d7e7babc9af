"""Offering a case to those who build and own it, and their answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import cases, days, handovers, teams
from backend.cases import Case
from backend.errors import NotFound, Refusal
from backend.handovers import TO, Listed, Taker
from backend.wording import say

from . import current, failures, language
from .current import coordinates, signed_in
from .forms import Form, TicksField

pages = Blueprint("handovers", __name__)

ANSWERS = {"yes": _("Yes, we build and own it"), "no": _("No, we can't")}


class OfferForm(Form):
    to_whom = RadioField(_("Whom do you offer it to?"), validate_choice=False, choices=())
    members = TicksField(_("Who in the team answers?"), validate_choice=False)
    owner = StringField(_("The department or organisation"))
    words = TextAreaField(_("What do you hand over?"))


class AnswerForm(Form):
    answer = RadioField(
        _("Your answer"), choices=[SelectChoice(code, words) for code, words in ANSWERS.items()], validate_choice=False
    )
    words = TextAreaField(_("What do you say to it?"))


class NotedForm(Form):
    answer = RadioField(
        _("Their answer"), choices=[SelectChoice(code, words) for code, words in ANSWERS.items()], validate_choice=False
    )
    spoke = StringField(_("Who answered?"))
    day = StringField(_("On which day?"))
    words = TextAreaField(_("What did they say?"))


@pages.route("/<area>/cases/<int:number>/handovers/new", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    session, tag, case, status = current.session(), language.this().tag, _case(number), 400
    form = OfferForm(to_whom="residents")
    form.to_whom.choices = [SelectChoice(to, words.into(tag)) for to, words in TO.items()]
    form.members.choices = [SelectChoice(str(one.number), one.name) for one in teams.members(session, case.id, tag)]
    if form.is_sent():
        try:
            with current.transaction():
                made = handovers.offer(
                    session, case, to_whom=form.to_whom.data or "", owner=form.owner.data or "", language=tag,
                    members=_numbers(form.members.data), words=form.words.data or "", by=current.known_person(),
                    at=current.now(),
                )  # fmt: skip
            return _to(case, made.id)
        except Refusal as refusal:
            status = failures.status_of(refusal)
            form.refuse(refusal)
    said = cases.texts_of(session, case, tag)
    return render_template("handovers/new.html", form=form, case=case, said=said), status if form.errors else 200


@pages.route("/<area>/cases/<int:number>/handovers/<int:handover>", methods=["GET", "POST"])
@signed_in
def show(number: int, handover: int) -> ResponseReturnValue:
    """For those who were asked, who answer here, and for the coordinator."""
    session, somebody, case, status = current.session(), current.known_person(), _case(number), 400
    found = handovers.by_number(session, handover, case_id=case.id)
    mine = next((one for one in found.takers if handovers.may_answer(one, somebody)), None)
    may_offer = handovers.may_offer(somebody, case.area_id)
    if mine is None and not may_offer:
        raise NotFound(say("There is no handover with this number."))
    form = AnswerForm()
    if form.is_sent() and mine is not None:
        try:
            _answer(found, mine, form)
            return _to(case, handover)
        except Refusal as refusal:
            status = failures.status_of(refusal)
            form.refuse(refusal)
    said = cases.texts_of(session, case, language.this().tag)
    page = render_template(
        "handovers/show.html", form=form, case=case, said=said, handover=found, mine=mine, may_offer=may_offer
    )
    return page, status if form.errors else 200


@pages.route("/<area>/cases/<int:number>/handovers/<int:handover>/note/<int:taker>", methods=["GET", "POST"])
@coordinates
def note(number: int, handover: int, taker: int) -> ResponseReturnValue:
    """What somebody without an account answered."""
    session, tag, case, status = current.session(), language.this().tag, _case(number), 400
    found = handovers.by_number(session, handover, case_id=case.id)
    asked = next((one for one in found.takers if one.id == taker), None)
    if asked is None:
        raise NotFound(say("There is no handover with this number."))
    form = NotedForm(day=current.now().astimezone(current.area().zone).date().isoformat(), spoke=asked.name)
    if form.is_sent():
        try:
            with current.transaction():
                handovers.note_answer(
                    session, found.row, asked, form.answer.data == "yes", spoke=form.spoke.data or "", language=tag,
                    words=form.words.data or "", answered_at=_noon(form.day.data), by=current.known_person(),
                    at=current.now(),
                )  # fmt: skip
            return _to(case, handover)
        except Refusal as refusal:
            status = failures.status_of(refusal)
            form.refuse(refusal)
    page = render_template("handovers/note.html", form=form, case=case, handover=found, taker=asked)
    return page, status if form.errors else 200


@pages.post("/<area>/cases/<int:number>/handovers/<int:handover>/take-back")
@coordinates
def take_back(number: int, handover: int) -> ResponseReturnValue:
    case = _case(number)
    found = handovers.by_number(current.session(), handover, case_id=case.id)
    if Form().is_sent():
        with current.transaction() as session:
            handovers.take_back(session, found.row, by=current.known_person(), at=current.now())
    return _to(case, handover)


def _answer(found: Listed, mine: Taker, form: AnswerForm) -> None:
    """Raises Refusal."""
    if form.answer.data not in ANSWERS:
        raise Refusal(say("Choose one of what is offered."), field="answer")
    with current.transaction() as session:
        handovers.answer(
            session, found.row, mine, form.answer.data == "yes", words=form.words.data or "",
            language=language.this().tag, by=current.known_person(), at=current.now(),
        )  # fmt: skip


def _noon(text: str | None) -> datetime:
    """A moment of the day that was typed, never later than now on that day itself. Raises Refusal."""
    moment = days.moment_of(text, "12:00", current.area().zone)
    return current.now() if timedelta(0) < moment - current.now() < timedelta(hours=12) else moment


def _numbers(ticked: list[str] | None) -> set[int]:
    """Raises Refusal for what is no number."""
    if not all(one.isascii() and one.isdigit() and len(one) < 10 for one in ticked or ()):
        raise Refusal(say("Choose among those who are in the team."), field="members")
    return {int(one) for one in ticked or ()}


def _case(number: int) -> Case:
    return cases.by_number(current.session(), number, area_id=current.area().id)


def _to(case: Case, handover: int) -> Response:
    return redirect(url_for("handovers.show", number=case.id, handover=handover), 303)
