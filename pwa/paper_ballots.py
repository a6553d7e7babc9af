"""Paper ballots from the meeting, entered by two people who do not see what the other one enters."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField

from backend import paper_ballots, rounds, votes
from backend.errors import NotFound, Refusal
from backend.paper_ballots import Stack
from backend.votes import FEWEST_TO_PUBLISH, Round, Standing

from . import current, language
from .current import moderates
from .forms import Form, TicksField
from .slips import key_of_slips
from .votes import question_of, round_of, ticked

pages = Blueprint("paper_ballots", __name__)


class BeginForm(Form):
    """Its token is all it holds."""


class EnterForm(Form):
    slip = StringField(_("Number of the slip"))
    choices = TicksField(_("What is ticked on the paper?"), validate_choice=False)


class TakeOutForm(Form):
    slip_id = HiddenField()


@pages.route("/<area>/votes/<int:number>/paper/", methods=["GET", "POST"])
@moderates
def index(number: int) -> ResponseReturnValue:
    form, round_ = BeginForm(), round_of(number)
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = paper_ballots.begin(session, round_, by=current.known_person(), at=current.now())
            return redirect(url_for("paper_ballots.show", number=number, position=made.position), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    me = current.known_person()
    stacks = paper_ballots.of_round(current.session(), number)
    page = render_template(
        "paper_ballots/index.html", form=form, round=round_, question=question_of(round_),
        stacks=[(one, paper_ballots.reader(one, me)) for one in stacks], is_open=_is_open(round_),
    )  # fmt: skip
    return page, 400 if form.errors else 200


@pages.route("/<area>/votes/<int:number>/paper/<int:position>", methods=["GET", "POST"])
@moderates
def show(number: int, position: int) -> ResponseReturnValue:
    """One's own reading of a stack, ballot by ballot; once both have read it, where they differ."""
    form, round_ = EnterForm(), round_of(number)
    _offer(form, number)
    if form.is_sent():
        try:
            with current.transaction() as session:
                paper_ballots.enter(
                    session, key_of_slips(), round_, paper_ballots.by_position(session, round_, position, locked=True),
                    number=form.slip.data or "", choices=ticked(form.choices.data), by=current.known_person(),
                    at=current.now(),
                )  # fmt: skip
            return redirect(url_for("paper_ballots.show", number=number, position=position, _anchor="slip"), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(round_, position, form), 400 if form.errors else 200


@pages.post("/<area>/votes/<int:number>/paper/<int:position>/take-out")
@moderates
def take_out(number: int, position: int) -> ResponseReturnValue:
    form, round_ = TakeOutForm(), round_of(number)
    if form.is_sent():
        [slip_id] = ticked([form.slip_id.data or ""]) or [0]
        with current.transaction() as session:
            stack = paper_ballots.by_position(session, round_, position, locked=True)
            paper_ballots.take_out(session, round_, stack, slip_id, by=current.known_person(), at=current.now())
    return redirect(url_for("paper_ballots.show", number=number, position=position), 303)


@pages.post("/<area>/votes/<int:number>/paper/<int:position>/finish")
@moderates
def finish(number: int, position: int) -> ResponseReturnValue:
    """Says that one has entered all; when both have, and nothing differs, the stack counts."""
    form, round_ = EnterForm(formdata=None), round_of(number)
    if BeginForm().is_sent():
        try:
            with current.transaction() as session:
                stack = paper_ballots.by_position(session, round_, position, locked=True)
                paper_ballots.finish(session, round_, stack, by=current.known_person(), at=current.now())
            return redirect(url_for("paper_ballots.show", number=number, position=position), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.form_errors.append(refusal.wording.into(language.this().tag))
    _offer(form, number)
    return _page(round_, position, form), 400 if form.errors else 303


def _page(round_: Round, position: int, form: EnterForm) -> str:
    session, me = current.session(), current.known_person()
    stack = paper_ballots.by_position(session, round_, position)
    place = paper_ballots.reader(stack, me)
    is_compared = paper_ballots.is_read_twice(stack) and stack.counted_at is None
    return render_template(
        "paper_ballots/show.html", form=form, finish=BeginForm(formdata=None), round=round_, stack=stack, place=place,
        question=question_of(round_), entries=paper_ballots.entries(session, stack, place) if place else [],
        differences=paper_ballots.differences(session, stack) if is_compared and place else [],
        is_compared=is_compared, is_open=_is_open(round_), is_mine_done=_is_done(stack, place),
        titles={one.prototype_id: one.said["title"] for one in rounds.offered(session, round_.id, language.this().tag)},
        fewest=FEWEST_TO_PUBLISH,
    )  # fmt: skip


def _is_done(stack: Stack, place: int) -> bool:
    return (stack.first_done_at if place == 1 else stack.second_done_at) is not None


def _is_open(round_: Round) -> bool:
    return votes.standing(round_, current.now()) == Standing.OPEN


def _offer(form: EnterForm, number: int) -> None:
    offered = rounds.offered(current.session(), number, language.this().tag)
    form.choices.choices = [(str(one.prototype_id), str(one.said["title"])) for one in offered]
