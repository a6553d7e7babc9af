"""Voting: the ballot, its receipt and the result; coordinators open and close a round."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import segno
from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField

from backend import approval, cases, prototypes, receipts, rounds, typed, votes
from backend import texts as said_texts
from backend.errors import NotAllowed, NotFound, Refusal
from backend.prototypes import State
from backend.receipts import Receipt
from backend.votes import FEWEST_TO_PUBLISH, Round, Standing
from backend.wording import say

from . import current, failures, language, texts
from .current import coordinates, open_to_all, signed_in
from .forms import Form, TicksField
from .page_cache import public, until

pages = Blueprint("votes", __name__)

COUNTER = timedelta(seconds=10)  # how late the number of those who voted may be
MOST_CODES = 300  # on the page of the result; the file holds all
HOURS = range(8, 23)  # a round closes on a full hour of the day


class BallotForm(Form):
    choices = SelectMultipleField(validate_choice=False)
    client_nonce = HiddenField()


class CloseForm(Form):
    """Its token is all it holds."""


class NewForm(Form):
    prototypes = TicksField(_("What can people choose from?"), validate_choice=False)
    winners = SelectField(_("How many go on?"), coerce=int, validate_choice=False)
    quorum = StringField(_("How many must vote for the result to count?"))
    closes_on = StringField(_("Last day"))
    closes_at = SelectField(_("It closes at"), coerce=int, validate_choice=False)


@pages.route("/<area>/votes/<int:number>", methods=["GET", "POST"])
@open_to_all
def show(number: int) -> ResponseReturnValue:
    person, status = current.known_person(), 400
    form = BallotForm()
    if form.is_sent():
        try:
            if person is None:
                raise NotAllowed(say("To vote you need a slip from the meeting place."))
            with current.transaction() as session:
                votes.cast(
                    session, number, area_id=current.area().id, person=person, choices=_ticked(form.choices.data),
                    client_nonce=form.client_nonce.data or "", at=current.now(),
                )  # fmt: skip
            return redirect(url_for("votes.receipt", number=number), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = failures.status_of(refusal)
    return _paper(number, form), status if form.errors else 200


@pages.get("/<area>/votes/<int:number>/receipt")
@signed_in
def receipt(number: int) -> ResponseReturnValue:
    round_ = _round(number)
    mine = votes.receipt_of(current.session(), round_, current.known_person())
    if mine is None:
        return redirect(url_for("votes.results" if round_.counted_at else "votes.show", number=number), 303)
    return render_template(
        "votes/receipt.html", round=round_, question=_question(round_), receipt=mine, qr=qr(mine),
        offered=rounds.offered(current.session(), number, language.this().tag), form=CloseForm(),
        is_open=votes.standing(round_, current.now()) == Standing.OPEN,
    )  # fmt: skip


@pages.post("/<area>/votes/<int:number>/withdraw")
@signed_in
def withdraw(number: int) -> ResponseReturnValue:
    if CloseForm().is_sent():
        with current.transaction() as session:
            votes.withdraw(session, number, area_id=current.area().id, person=current.known_person(), at=current.now())
        return redirect(url_for("votes.show", number=number), 303)
    return redirect(url_for("votes.receipt", number=number), 303)


@pages.get("/<area>/votes/<int:number>/results")
@public("votes", "cases")
def results(number: int) -> ResponseReturnValue:
    session, round_ = current.session(), _round(number)
    for edge in (round_.opens_at, round_.closes_at):
        until(edge)
    if round_.counted_at is None:
        until(current.now() + COUNTER)
    offered = rounds.offered(session, number, language.this().tag)
    ticks = {one.prototype_id: one.ticks or 0 for one in offered}
    ballots = rounds.published(session, number)
    return render_template(
        "votes/results.html", round=round_, question=_question(round_), case=_case(round_), offered=offered,
        standing=votes.standing(round_, current.now()), turnout=votes.turnout(session, round_),
        ballots=ballots[:MOST_CODES], ballot_words=receipts.words,
        root=receipts.root(ballot.commitment for ballot in ballots), in_groups=receipts.in_groups,
        seal=approval.seal(round_.lot), order=approval.ranked(ticks, round_.lot),
        had_tie=approval.had_tie(ticks, round_.winners, round_.lot), fewest=FEWEST_TO_PUBLISH,
    )  # fmt: skip


@pages.get("/<area>/votes/<int:number>/codes.txt")
@public("votes")
def codes(number: int) -> ResponseReturnValue:
    """The whole list, one vote a line: its code and the words it was made of, or the code alone where few voted."""
    _round(number)
    lines = [
        f"{ballot.commitment} {receipts.words(number, ballot)}".strip()
        for ballot in rounds.published(current.session(), number)
    ]
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


@pages.route("/<area>/votes/<int:number>/close", methods=["GET", "POST"])
@coordinates
def close(number: int) -> ResponseReturnValue:
    form, round_ = CloseForm(), _round(number)
    if form.is_sent():
        try:
            with current.transaction() as session:
                votes.close(session, round_, by=current.known_person(), at=current.now())
            return redirect(url_for("votes.results", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "votes/close.html", form=form, round=round_, question=_question(round_),
        turnout=votes.turnout(current.session(), round_),
    )  # fmt: skip
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/vote/new", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    tag = language.this().tag
    offered = [one for one in prototypes.of_case(current.session(), case.id, tag) if one.state != State.STOPPED]
    form = texts.in_languages(NewForm, {"question": (StringField, _("What do you ask?"))})
    _offer(form, offered)
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = votes.open_round(
                    session, case, prototypes=_ticked(form.prototypes.data), original=form.original.data,
                    by_language=texts.written(form, "question"), winners=form.winners.data or 0, quorum=_quorum(form),
                    closes_at=_closes(form), by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("votes.show", number=made.id), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    page = render_template("votes/new.html", form=form, groups=texts.groups(form, "question"), case=case)
    return page, 400 if form.errors else 200


def qr(receipt: Receipt) -> Markup:
    """The whole code as a square to photograph; segno's own drawing, in black, without style attributes."""
    drawn = segno.make(receipt.commitment, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704, digits turned into lines


def _paper(number: int, form: BallotForm) -> str:
    """The ballot with what was ticked before, or with what was just typed where it was refused."""
    session, person, round_ = current.session(), current.known_person(), _round(number)
    earlier = votes.receipt_of(session, round_, person)
    if not form.is_submitted():
        form.choices.data = [str(choice) for choice in earlier.choices] if earlier else []
    offered = rounds.offered(session, number, language.this().tag)
    words = [
        ngettext("Vote for %(num)d of %(all)d", "Vote for %(num)d of %(all)d", ticked, all=len(offered))
        for ticked in range(len(offered) + 1)
    ]
    return render_template(
        "votes/show.html", form=form, round=round_, question=_question(round_), case=_case(round_), offered=offered,
        words=words, earlier=earlier, standing=votes.standing(round_, current.now()),
        is_resident=votes.is_resident_of(person, round_.area_id), is_known=person is not None,
    )  # fmt: skip


def _round(number: int) -> Round:
    return votes.by_number(current.session(), number, area_id=current.area().id)


def _question(round_: Round) -> said_texts.Words:
    return said_texts.read_one(current.session(), round_.texts_id, language.this().tag)["question"]


def _case(round_: Round) -> said_texts.Said:
    case = cases.by_number(current.session(), round_.case_id)
    return cases.texts_of(current.session(), case, language.this().tag)


def _ticked(values: list[str] | None) -> list[int]:
    """The numbers that were sent. Raises Refusal where something else was."""
    if not all(value.isdecimal() and len(value) < 10 for value in values or ()):
        raise Refusal(say("Something was ticked that is not on this ballot. Open the page again."), field="choices")
    return [int(value) for value in values or ()]


def _offer(form: NewForm, offered: list[prototypes.Listed]) -> None:
    form.prototypes.choices = [(str(one.id), str(one.said["title"])) for one in offered]
    form.winners.choices = [(number, str(number)) for number in range(1, max(len(offered), 2))]
    form.closes_at.choices = [(hour, f"{hour:02}:00") for hour in HOURS]
    if not form.is_submitted():
        form.prototypes.data = [str(one.id) for one in offered]
        form.winners.data, form.quorum.data, form.closes_at.data = 1, "1", 20
        in_two_weeks = current.now().astimezone(current.area().zone).date() + timedelta(days=14)
        form.closes_on.data = in_two_weeks.isoformat()


def _closes(form: NewForm) -> datetime:
    """The full hour on the area's walls. Raises Refusal."""
    try:
        day = date.fromisoformat(form.closes_on.data or "")
    except ValueError:
        raise Refusal(say("Write the day as in 2026-11-25."), field="closes_on") from None
    if form.closes_at.data not in HOURS:
        raise Refusal(say("Choose one of what is offered."), field="closes_at")
    return datetime.combine(day, time(form.closes_at.data), current.area().zone)


def _quorum(form: NewForm) -> int:
    return typed.whole_number(form.quorum.data, field="quorum", least=0, most=1_000_000)
