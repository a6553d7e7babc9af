"""Reporting something that should not stand here: a form for anybody, and a page that says what came of it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import report_answers, reportable, reports
from backend.errors import NotFound, Refusal
from backend.people import Level

from . import current, dangers, language
from .current import open_to_all
from .forms import GuestForm

pages = Blueprint("reports", __name__)


class ReportForm(GuestForm):
    reason = RadioField(_("What is wrong with it?"), validate_choice=False, choices=())
    words = TextAreaField(_("What is it, and where?"))
    contact = StringField(_("How can we reach you?"))


@pages.route("/<area>/report/<kind>/<int:number>", methods=["GET", "POST"])
@open_to_all
def new(kind: str, number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    if (before := reports.earlier(session, kind, number, current.person())) is not None:
        return redirect(url_for("reports.show", number=before.id), 303)
    look = reportable.public(session, kind, number, tag, area_id=current.area().id)
    form = ReportForm()
    form.reason.choices = [SelectChoice(code, words.into(tag)) for code, words in reports.REASONS.items()]
    if request.method == "GET" and request.args.get("reason") in reports.REASONS:
        form.reason.data = request.args["reason"]
    if form.is_sent():
        try:
            return redirect(url_for("reports.show", number=_take_in(form, kind, number)), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    somebody = current.person()
    asks_contact = somebody is None or somebody.level == Level.GUEST
    return render_template(
        "reports/new.html", form=form, look=look, kind=kind, asks_contact=asks_contact,
        has_photo=kind == "idea" and bool(look.photo_key), lines=dangers.lines(),
    ), 400 if form.errors else 200  # fmt: skip


@pages.get("/<area>/reports/<int:number>")
@open_to_all
def show(number: int) -> ResponseReturnValue:
    """The confirmation, which stays true from a bookmark: later it says what came of it."""
    report = reports.own(current.session(), number, by=current.person(), area_id=current.area().id)
    return render_template(
        "reports/show.html", report=report, lines=dangers.lines(), outcome=report_answers.outcome_words(report),
        in_danger=report.reason == reports.IN_DANGER,
    )  # fmt: skip


def _take_in(form: ReportForm, kind: str, number: int) -> int:
    with current.transaction() as session:
        return reports.report(
            session, area_id=current.area().id, kind=kind, number=number, by=current.person_or_guest(),
            reason=form.reason.data or "", words=form.words.data, contact=form.contact.data,
            language=language.this().tag, at=current.now(),
        ).id  # fmt: skip
