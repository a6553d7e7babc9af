"""Slips for coordinators: batches, sheets to print, and a new slip for a lost one. Numbers are shown once."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice

from backend import addresses, languages, slip_batches, slips, typed
from backend.days import Day
from backend.errors import Refusal
from backend.slip_batches import MOST_ON_SHEETS
from backend.wording import say

from . import current
from .current import coordinates
from .forms import Form
from .slips import key_of_slips

pages = Blueprint("slip_batches", __name__)
TONGUES = [SelectChoice(one.tag, one.autonym) for one in languages.OFFERED]


class SheetForm(Form):
    first = SelectField(
        _("First language on the slip"), choices=TONGUES, default=languages.FIRST.tag, validate_choice=False
    )
    second = SelectField(_("Second language"), choices=TONGUES, default="ar", validate_choice=False)
    client_uuid = HiddenField()


class NewForm(SheetForm):
    count = StringField(_("How many slips?"), default="40")


class LostForm(SheetForm):
    number = StringField(_("Number of the lost slip"))
    digits = StringField(_("Or its 16 digits"))


class VoidForm(Form):
    """Its token is all it holds."""


@pages.route("/<area>/slips/", methods=["GET", "POST"])
@coordinates
def index() -> ResponseReturnValue:
    """The batches; what is posted makes one, and the answer is the only page that ever shows its numbers."""
    form = NewForm(client_uuid=str(uuid4()))
    if form.is_sent():
        try:
            return _made(form)
        except Refusal as refusal:
            form.refuse(refusal)
    batches = slip_batches.of_area(current.session(), current.area().id, at=current.now())
    page = render_template("slip_batches/index.html", form=form, batches=batches, most=MOST_ON_SHEETS)
    return page, 400 if form.errors else 200


@pages.route("/<area>/slips/lost", methods=["GET", "POST"])
@coordinates
def lost() -> ResponseReturnValue:
    form = LostForm()
    if form.is_sent():
        try:
            return _replaced(form)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("slip_batches/lost.html", form=form), 400 if form.errors else 200


@pages.route("/<area>/slips/<int:number>/void", methods=["GET", "POST"])
@coordinates
def void(number: int) -> ResponseReturnValue:
    form, at = VoidForm(), current.now()
    batch = slip_batches.by_number(current.session(), number, area_id=current.area().id)
    if form.is_sent():
        with current.transaction() as session:
            slip_batches.void(session, batch, by=current.known_person(), at=at)
        return redirect(url_for("slip_batches.index"), 303)
    counted = {one.number: one for one in slip_batches.of_area(current.session(), batch.area_id, at=at)}
    page = render_template("slip_batches/void.html", form=form, batch=counted[number])
    return page, 400 if form.errors else 200


def _made(form: NewForm) -> str:
    tongues = _tongues(form)
    count = typed.whole_number(form.count.data, field="count", least=1, most=MOST_ON_SHEETS)
    uuid, at = typed.uuid(form.client_uuid.data), current.now()
    with current.transaction() as session:
        batch, numbers = slip_batches.make(
            session, key_of_slips(), current.area(), count, by=current.known_person(), at=at, client_uuid=uuid
        )
    return _sheet([(f"{batch.id}-{place}", one) for place, one in enumerate(numbers, start=1)], tongues, at)


def _replaced(form: LostForm) -> str:
    tongues, at, key = _tongues(form), current.now(), key_of_slips()
    wanted = {"digits": form.digits.data or "", "number": form.number.data or ""}
    with current.transaction() as session:
        slip = slip_batches.find_slip(session, key, wanted, area_id=current.area().id)
        number = slip_batches.replace_lost(session, key, slip, by=current.known_person(), at=at)
    return _sheet([(f"{slip.batch_id}-{slip.position}", number)], tongues, at)


def _sheet(numbered: list[tuple[str, str]], tongues: list[str], at: datetime) -> str:
    """(printed number, digits in groups) pairs, cut from A4. Never stored, never to be had again."""
    printed = [(number, digits, _square(tongues[0], digits)) for number, digits in numbered]
    return render_template(
        "slip_batches/sheet.html", slips=printed, said=[_said(tag, at) for tag in tongues],
        host=current.settings().public_url.partition("//")[2],
    )  # fmt: skip


def _said(tag: str, at: datetime) -> dict[str, object]:
    """What each slip says, in one of its languages."""
    area, until = current.area(), at + slips.AS_LONG
    lines = {
        "title": say("Your slip for %(area)s", area=area.name_in(tag)),
        "how": say("Scan the square. Or open %(address)s and write the digits.", address=_where(tag)),
        "what": say("With it you may vote. It works once, for one person."),
        "until": say("It works until %(day)s.", day=Day(until, area.zone)),
    }
    return {"language": languages.BY_TAG[tag], **{name: line.into(tag) for name, line in lines.items()}}


def _where(tag: str) -> str:
    return "\u2066" + current.settings().public_url.partition("//")[2] + f"/{tag}/sign-in/slip" + "\u2069"


def _tongues(form: SheetForm) -> list[str]:
    """One or two languages. Raises Refusal."""
    chosen = [form.first.data or "", form.second.data or ""]
    for field, tag in zip(("first", "second"), chosen, strict=True):
        if tag not in languages.BY_TAG:
            raise Refusal(say("Choose one of the languages."), field=field)
    return list(dict.fromkeys(chosen))


def _square(tag: str, digits: str) -> Markup:
    """For the camera; segno's own drawing, in black, without style attributes."""
    address = current.settings().public_url + addresses.slip(tag, digits.replace(" ", ""))
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704, an address of our own turned into lines
