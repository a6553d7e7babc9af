"""Opening and closing votes, in the coordinators' words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField, StringField

from backend import cases, languages, openings, prototypes, typed, votes
from backend.cases import Case
from backend.errors import Refusal
from backend.openings import LARGEST_FUND
from backend.prototypes import State
from backend.wording import say

from . import current, language, texts
from . import votes as ballots
from .current import coordinates
from .forms import Form, TicksField

pages = Blueprint("rounds", __name__)

HOURS = range(8, 23)  # a round opens and closes on a full hour of the day
NOW, LATER = "now", "later"
ONE, BEST, FUND = "one", "best", "fund"


class CloseForm(Form):
    """Its token is all it holds."""


class NewForm(Form):
    prototypes = TicksField(_("What can people choose from?"), validate_choice=False)
    rule = RadioField(_("How is it decided?"), validate_choice=False)
    winners = SelectField(_("If the best few go on: how many?"), coerce=int, validate_choice=False)
    fund = StringField(_("If a fund is shared: how many kronor?"))
    quorum = StringField(_("How many must vote for the result to count?"))
    opens = RadioField(_("When does it open?"), validate_choice=False)
    opens_on = StringField(_("Opens on"))
    opens_at = SelectField(_("At"), coerce=int, validate_choice=False)
    closes_on = StringField(_("Last day"))
    closes_at = SelectField(_("It closes at"), coerce=int, validate_choice=False)
    show_originals = BooleanField(_("Show the original, with the name of its language"))


@pages.route("/<area>/cases/<int:number>/vote/new", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    offered = [one for one in prototypes.of_case(session, case.id, tag) if one.state != State.STOPPED]
    lacking = openings.missing(session, [one.id for one in offered])
    form = texts.in_languages(NewForm, {"question": (StringField, _("What do you ask?"))})
    _offer(form, offered)
    if form.is_sent():
        try:
            return redirect(url_for("votes.show", number=_opened(form, case)), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    page = render_template(
        "rounds/new.html", form=form, groups=texts.groups(form, "question"), case=case, most_fund=LARGEST_FUND,
        costs_missing=[one for one in offered if not one.cost],
        lacking=[(one, [languages.BY_TAG[tag] for tag in lacking[one.id]]) for one in offered if one.id in lacking],
    )  # fmt: skip
    return page, 400 if form.errors else 200


@pages.route("/<area>/votes/<int:number>/close", methods=["GET", "POST"])
@coordinates
def close(number: int) -> ResponseReturnValue:
    form, round_ = CloseForm(), ballots.round_of(number)
    if form.is_sent():
        try:
            with current.transaction() as session:
                openings.close(session, round_, by=current.known_person(), at=current.now())
            return redirect(url_for("votes.results", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "rounds/close.html", form=form, round=round_, question=ballots.question_of(round_),
        turnout=votes.turnout(current.session(), round_),
    )  # fmt: skip
    return page, 400 if form.errors else 200


def _opened(form: NewForm, case: Case) -> int:
    """Opens the round that the form describes; its number. Raises Refusal."""
    rule = form.rule.data
    if rule not in (ONE, BEST, FUND):
        raise Refusal(say("Choose one of what is offered."), field="rule")
    fund = typed.whole_number(form.fund.data, field="fund", least=1, most=LARGEST_FUND) if rule == FUND else None
    with current.transaction() as session:
        made = openings.open_round(
            session, case, prototypes=ballots.ticked(form.prototypes.data), original=form.original.data,
            by_language=texts.written(form, "question"), winners=(form.winners.data or 0) if rule == BEST else 1,
            fund=fund, quorum=typed.whole_number(form.quorum.data, field="quorum", least=0, most=1_000_000),
            opens_at=_moment(form, "opens_on", "opens_at") if form.opens.data == LATER else None,
            closes_at=_moment(form, "closes_on", "closes_at"), show_originals=form.show_originals.data,
            by=current.known_person(), at=current.now(),
        )  # fmt: skip
    return made.id


def _offer(form: NewForm, offered: list[prototypes.Listed]) -> None:
    hours = [(hour, f"{hour:02}:00") for hour in HOURS]
    form.prototypes.choices = [(str(one.id), str(one.said["title"])) for one in offered]
    form.rule.choices = [
        (ONE, _("One goes on: the one with the most ticks")),
        (BEST, _("The best few go on: those with the most ticks")),
        (FUND, _("A small fund is shared among several")),
    ]
    form.opens.choices = [(NOW, _("Now, at once")), (LATER, _("On a later day, by itself"))]
    form.winners.choices = [(number, str(number)) for number in range(2, max(len(offered), 3))]
    form.opens_at.choices = form.closes_at.choices = hours
    if not form.is_submitted():
        today = current.now().astimezone(current.area().zone).date()
        form.prototypes.data = [str(one.id) for one in offered]
        form.rule.data, form.winners.data, form.quorum.data, form.opens.data = ONE, 2, "1", NOW
        form.opens_on.data, form.closes_on.data = ((today + timedelta(days=days)).isoformat() for days in (1, 14))
        form.opens_at.data, form.closes_at.data = 8, 20


def _moment(form: NewForm, day: str, hour: str) -> datetime:
    """The full hour on the area's walls. Raises Refusal."""
    try:
        chosen = date.fromisoformat(form[day].data or "")
    except ValueError:
        raise Refusal(say("Write the day as in 2026-11-25."), field=day) from None
    if form[hour].data not in HOURS:
        raise Refusal(say("Choose one of what is offered."), field=hour)
    return datetime.combine(chosen, time(form[hour].data), current.area().zone)
