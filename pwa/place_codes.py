"""The code at the meeting place: the coordinator's screen, and the page where a resident types it."""

from __future__ import annotations

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from wtforms import BooleanField, HiddenField, RadioField, StringField

from backend import addresses, areas, attempts, keys, people, place_codes
from backend.areas import Area
from backend.errors import Refusal
from backend.sign_in import How
from backend.wording import say

from . import current, language
from .current import coordinates, open_to_all
from .forms import Form, GuestForm
from .next_page import asked_for
from .sign_in import come_in

pages = Blueprint("place_codes", __name__)


class PlaceForm(GuestForm):
    area = RadioField(_("Where are you?"), validate_choice=False)
    code = StringField(_("The code on the screen"))
    name = StringField(_("What shall we call you?"))
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


class ScreenForm(Form):
    """Its buttons show the code and end it."""


@pages.route("/<area>/place-code", methods=["GET", "POST"])
@coordinates
def screen() -> ResponseReturnValue:
    """Large and calm; without a script it loads itself anew each minute."""
    area, form, at = current.area(), ScreenForm(), current.now()
    if form.is_sent():
        change = place_codes.hide if request.form.get("hide") else place_codes.show
        with current.transaction() as session:
            change(session, area, by=current.known_person(), at=at)
        return redirect(url_for("place_codes.screen"), 303)
    until = place_codes.shown_until(current.session(), area.id, at=at)
    code = place_codes.code(_key(), area.id, at=at)
    address = current.settings().public_url + addresses.place_code(language.this().tag, area.slug, code)
    page = render_template(
        "place_codes/screen.html", form=form, until=until, code=f"{code[:3]} {code[3:]}", square=_square(address),
        seconds=place_codes.seconds_left(at), typed_at=current.settings().public_url.partition("//")[2],
    )  # fmt: skip
    return page, 400 if form.errors else 200


@pages.route("/sign-in/place", methods=["GET", "POST"])
@open_to_all
def redeem() -> ResponseReturnValue:
    somebody, session = current.person(), current.session()
    places = place_codes.open_areas(session, at=current.now())
    form = PlaceForm(next=asked_for(), area=request.args.get("area"), name=somebody.name if somebody else "")
    form.area.choices = [(one.slug, one.name_in(language.this().tag)) for one in places]
    if form.is_sent():
        try:
            return redirect(_redeem(form, _chosen(form, places)), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("place_codes/redeem.html", form=form, places=places), 400 if form.errors else 200


def _chosen(form: PlaceForm, places: list[Area]) -> Area:
    """The area whose code was typed; where only one shows a code there is no question. Raises Refusal."""
    if len(places) == 1:
        return places[0]
    if form.area.data not in {one.slug for one in places}:
        raise Refusal(say("Choose where you are."), field="area")
    return areas.by_slug(current.session(), form.area.data)


def _redeem(form: PlaceForm, area: Area) -> str:
    """Counts the try and keeps the count, whatever comes of it. Then lets in, and says where to go on."""
    at, digits, asker = current.now(), place_codes.read(form.code.data), current.asker_mark()
    counted = {"place": asker, "place_area": current.marked(f"area {area.id}")}
    with current.transaction() as session:
        tries = [attempts.record(session, kind, whose, at=at) for kind, whose in counted.items()]
    with current.transaction() as session:
        for kind, whose in counted.items():
            attempts.make_sure_few(session, kind, whose, at=at)
        known, somebody = current.known_person(), current.person()
        somebody = somebody or people.add(session, language=language.this().tag, at=at)
        place_codes.redeem(session, _key(), digits, area, somebody, at=at)
        if (name := (form.name.data or "").strip()) and name != somebody.name:
            people.rename(session, somebody, name)
        attempts.forget(session, *tries)
        if known is not None:  # nothing to sign in to
            return asked_for() or url_for("me.index")
        return come_in(somebody, how=How.PLACE, is_shared=bool(form.is_shared.data))


def _square(address: str) -> Markup:
    """For the camera; segno's own drawing, in black, without style attributes."""
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704, an address of our own turned into lines


def _key() -> bytes:
    return keys.key(current.settings().data, "place")
