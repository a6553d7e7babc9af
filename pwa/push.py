"""Phones that want notices: a script tells of them, the page of devices lists them and what they hear of."""

from __future__ import annotations

import hmac

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from backend import addresses, areas, follows, push, queue, typed, vapid
from backend.areas import Area
from backend.errors import NotAllowed, Refusal
from backend.people import Person
from backend.push import Device
from backend.wording import say

from . import current, language
from .current import open_to_all
from .forms import Form

pages = Blueprint("push", __name__)


class FollowForm(Form):
    areas = SelectMultipleField(
        _("Meetings in these areas"),
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        validate_choice=False,
    )


class DeviceForm(Form):
    """Its token; which phone stands in a field of its own."""


@pages.app_context_processor
def offer_key() -> dict[str, object]:
    return {"push_key": lambda: vapid.public_key(current.settings())}


@pages.get("/me/devices")
@open_to_all
def devices() -> ResponseReturnValue:
    return _page(FollowForm(areas=_followed(current.person()))), 200


@pages.post("/me/devices/areas")
@open_to_all
def follow() -> ResponseReturnValue:
    """What a person hears of, chosen by switches."""
    form, somebody = FollowForm(), current.person()
    if not form.is_sent() or somebody is None:
        return _page(form), 400
    wanted = set(form.areas.data or ())
    with current.transaction() as session:
        for area in areas.every(session):
            if area.slug in wanted:
                follows.follow(session, somebody, "area", area.id, at=current.now())
            else:
                follows.unfollow(session, somebody, "area", area.id)
    return redirect(url_for("push.devices"), 303)


@pages.post("/me/devices")
@open_to_all
def keep() -> ResponseReturnValue:
    """Keeps this browser's subscription, and follows the area that its person just asked for. Answers JSON.

    Without an area it only brings up to date what is known of the phone.
    """
    _make_sure_of_token()
    sent = _sent()
    with current.transaction() as session:
        somebody = current.person_or_guest()
        push.subscribe(
            session, somebody, endpoint=sent.get("endpoint", ""), p256dh=sent.get("p256dh", ""),
            auth=sent.get("auth", ""), vapid_key=vapid.public_key(current.settings()), name=current.device_name(),
            language=language.this().tag, at=current.now(), settings=current.settings(), here=current.this_sign_in(),
        )  # fmt: skip
        if slug := sent.get("area"):
            follows.follow(session, somebody, "area", areas.by_slug(session, slug).id, at=current.now())
        return jsonify(areas=_followed(somebody))


@pages.post("/me/devices/remove")
@open_to_all
def remove() -> ResponseReturnValue:
    """Forgets a phone: this one by its endpoint (JSON), or one of the list (form)."""
    if request.is_json:
        _make_sure_of_token()
        with current.transaction() as session:
            push.unsubscribe(session, _sent().get("endpoint", ""))
        return jsonify(removed=True)
    if DeviceForm().is_sent():
        with current.transaction() as session:
            push.remove(session, _somebody(), _number_in_form())
    return redirect(url_for("push.devices"), 303)


@pages.post("/me/devices/test")
@open_to_all
def test() -> ResponseReturnValue:
    """Sends a test notice to one of my phones, by the same way as all notices."""
    if request.is_json:
        _make_sure_of_token()
        _try_out(push.with_endpoint(current.session(), current.person(), _sent().get("endpoint", "")))
        return jsonify(sent=True)
    if DeviceForm().is_sent():
        _try_out(push.by_number(current.session(), _somebody(), _number_in_form()))
    return redirect(url_for("push.devices", tried=1), 303)


def _page(form: FollowForm) -> str:
    session, somebody = current.session(), current.person()
    every = areas.every(session)
    form.areas.choices = [(area.slug, area.name_in(language.this().tag)) for area in every]
    return render_template(
        "push/devices.html",
        form=form,
        devices=push.of_person(session, somebody),
        is_known=somebody is not None,
        is_tried="tried" in request.args,
    )


def _try_out(device: Device) -> None:
    with current.transaction() as session:
        path = addresses.devices(device.language)
        push.try_out(session, device, area_id=_some_area().id, path=path, at=current.now())
    queue.wake(current.settings())


def _some_area() -> Area:
    """The area whose clock decides; a test goes out at any hour, so any will do."""
    somebody = current.person()
    every = areas.every(current.session())
    return next((area for area in every if somebody and area.id == somebody.area_id), every[0])


def _followed(somebody: Person | None) -> list[str]:
    mine = follows.followed(current.session(), somebody, "area")
    return [area.slug for area in areas.every(current.session()) if area.id in mine]


def _sent() -> dict[str, str]:
    """The texts in the JSON that was sent; what is no text is left out. Raises Refusal for signs no row can hold."""
    try:
        found = request.get_json(silent=True)
    except RecursionError:  # lists in lists in lists, by the thousand
        found = None
    texts = {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else None
    if texts is None or any(typed.UNSEEN.search(text) for text in texts.values()):
        raise Refusal(say("This form has been changed on its way. Open the page again."))
    return texts


def _make_sure_of_token() -> None:
    """Whoever is known sends the token that me.mine gives; guests are judged by the origin of the request alone."""
    token = request.headers.get("X-CSRF-Token", "")
    if current.known_person() and not hmac.compare_digest(token.encode(), current.csrf_token().encode()):
        raise NotAllowed(say("This page was open for too long, or somebody else signed in. Send it again."))


def _somebody() -> Person:
    somebody = current.person()
    if somebody is None:
        raise NotAllowed(say("You may not do this here."))
    return somebody


def _number_in_form() -> int:
    return typed.whole_number(request.form.get("device"), field="device", least=1, most=2**31 - 1)
