"""Voting: the ballot, its receipt, the result, and the list in which a receipt is found again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

import segno
from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from markupsafe import Markup
from wtforms import HiddenField, SelectMultipleField

from backend import approval, cases, daily_roots, paper_ballots, published, receipts, rounds, votes
from backend import texts as said_texts
from backend.cases import STAGES
from backend.errors import NotAllowed, NotFound, Refusal
from backend.receipts import Receipt
from backend.votes import FEWEST_TO_PUBLISH, Round, Standing
from backend.wording import say

from . import current, failures, language
from .current import open_to_all, signed_in
from .forms import Form
from .page_cache import public, until

pages = Blueprint("votes", __name__)

COUNTER = timedelta(seconds=10)  # how late the number of those who voted may be
MOST_CODES = 300  # on the page of the result; the file holds all


class BallotForm(Form):
    choices = SelectMultipleField(validate_choice=False)
    client_nonce = HiddenField()


class WithdrawForm(Form):
    """Its token is all it holds."""


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
                    session, number, area_id=current.area().id, person=person, choices=ticked(form.choices.data),
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
    round_ = round_of(number)
    mine = votes.receipt_of(current.session(), round_, current.known_person())
    if mine is None:
        return redirect(url_for("votes.check" if round_.counted_at else "votes.show", number=number), 303)
    return render_template(
        "votes/receipt.html", round=round_, question=question_of(round_), receipt=mine, qr=qr(mine),
        offered=rounds.offered(current.session(), number, language.this().tag), form=WithdrawForm(),
        is_open=votes.standing(round_, current.now()) == Standing.OPEN,
    )  # fmt: skip


@pages.post("/<area>/votes/<int:number>/withdraw")
@signed_in
def withdraw(number: int) -> ResponseReturnValue:
    if WithdrawForm().is_sent():
        with current.transaction() as session:
            votes.withdraw(session, number, area_id=current.area().id, person=current.known_person(), at=current.now())
        return redirect(url_for("votes.show", number=number), 303)
    return redirect(url_for("votes.receipt", number=number), 303)


@pages.get("/<area>/votes/<int:number>/results")
@public("votes", "cases")
def results(number: int) -> ResponseReturnValue:
    session, round_ = current.session(), round_of(number)
    for edge in (round_.opens_at, round_.closes_at):
        until(edge)
    if round_.counted_at is None:
        until(current.now() + COUNTER)
    case = cases.by_number(session, round_.case_id)
    return render_template(
        "votes/results.html", round=round_, question=question_of(round_), case=case,
        said=cases.texts_of(session, case, language.this().tag),
        stage_name=STAGES[case.stage].name.into(language.this().tag), standing=votes.standing(round_, current.now()),
        turnout=votes.turnout(session, round_), roots=_roots(round_), step=daily_roots.STEP,
        seal=approval.seal(round_.lot), in_groups=receipts.in_groups, fewest=FEWEST_TO_PUBLISH,
        **(_outcome(round_) if round_.counted_at else {}),
    )  # fmt: skip


@pages.get("/<area>/votes/<int:number>/check")
@public("votes")
def check(number: int) -> ResponseReturnValue:
    """Finding one's receipt in the list: a script looks here on the phone, so that no code is sent to anybody."""
    session, round_ = current.session(), round_of(number)
    if round_.counted_at is None:
        return redirect(url_for("votes.results", number=number), 303)
    codes_ = [ballot.commitment for ballot in rounds.published(session, number)]
    return render_template(
        "votes/check.html", round=round_, question=question_of(round_), root=receipts.root(codes_),
        offered=rounds.offered(session, number, language.this().tag), is_whole=published.is_whole(round_),
        digits=receipts.SHORT,
    )  # fmt: skip


@pages.get("/<area>/votes/<int:number>/codes.txt")
@public("votes")
def codes(number: int) -> ResponseReturnValue:
    """The whole list, one vote a line: its code and the words it was made of, or the code alone where few voted."""
    round_of(number)
    lines = [
        f"{ballot.commitment} {receipts.words(number, ballot)}".strip()
        for ballot in rounds.published(current.session(), number)
    ]
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")


def qr(receipt: Receipt) -> Markup:
    """The whole code as a square to photograph; segno's own drawing, in black, without style attributes."""
    drawn = segno.make(receipt.commitment, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704, digits turned into lines


def _roots(round_: Round) -> list[dict[str, Any]]:
    """Each day's code, with a moment of the day on the area's walls."""
    return [
        {"at": datetime.combine(one.day, time(12), current.area().zone), "ballots": one.ballots, "root": one.root}
        for one in daily_roots.of_round(current.session(), round_.id)
    ]


def _outcome(round_: Round) -> dict[str, Any]:
    """What a counted round's page tells besides."""
    session = current.session()
    offered, ballots = rounds.offered(session, round_.id, language.this().tag), rounds.published(session, round_.id)
    ticks = {one.prototype_id: one.ticks or 0 for one in offered}
    place = {number: place for place, number in enumerate(approval.ranked(ticks, round_.lot))}
    return {
        "offered": sorted(offered, key=lambda one: place[one.prototype_id]), "ballots": ballots[:MOST_CODES],
        "ballot_words": receipts.words, "root": receipts.root(ballot.commitment for ballot in ballots),
        "endowment_rose": _has_risen(round_), "had_tie": approval.had_tie(ticks, round_.winners, round_.lot),
        "is_whole": published.is_whole(round_),
        "on_paper": paper_ballots.counted(session, round_.id),
        "titles": {one.prototype_id: one.said["title"] for one in offered},
    }  # fmt: skip


def _has_risen(round_: Round) -> bool:
    """Whether voters had more to give than the fund divided by all of them."""
    account = round_.account
    return bool(account and account["voters"]) and Fraction(account["endowment"]) * account["voters"] > account["fund"]


def _paper(number: int, form: BallotForm) -> str:
    """The ballot with what was ticked before, or with what was just typed where it was refused."""
    session, person, round_ = current.session(), current.known_person(), round_of(number)
    earlier = votes.receipt_of(session, round_, person)
    if not form.is_submitted():
        form.choices.data = [str(choice) for choice in earlier.choices] if earlier else []
    offered = rounds.offered(session, number, language.this().tag)
    words = [
        ngettext("Vote for %(num)d of %(all)d", "Vote for %(num)d of %(all)d", ticked, all=len(offered))
        for ticked in range(len(offered) + 1)
    ]
    return render_template(
        "votes/show.html", form=form, round=round_, question=question_of(round_), case=_case(round_), offered=offered,
        words=words, earlier=earlier, standing=votes.standing(round_, current.now()),
        is_resident=votes.is_resident_of(person, round_.area_id), is_known=person is not None,
    )  # fmt: skip


def round_of(number: int) -> Round:
    return votes.by_number(current.session(), number, area_id=current.area().id)


def question_of(round_: Round) -> said_texts.Words:
    return said_texts.read_one(current.session(), round_.texts_id, language.this().tag)["question"]


def _case(round_: Round) -> said_texts.Said:
    case = cases.by_number(current.session(), round_.case_id)
    return cases.texts_of(current.session(), case, language.this().tag)


def ticked(values: list[str] | None) -> list[int]:
    """The numbers that were sent. Raises Refusal where something else was."""
    if not all(value.isdecimal() and len(value) < 10 for value in values or ()):
        raise Refusal(say("Something was ticked that is not on this ballot. Open the page again."), field="choices")
    return [int(value) for value in values or ()]
