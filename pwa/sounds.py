"""Recordings: what a form brought is packed before any transaction, and played to those who may hear it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from backend import sounds
from backend.errors import NotFound, Refusal
from backend.sounds import Prepared, Sound
from backend.wording import say

from . import current
from .assets import FOR_EVER
from .current import open_to_all
from .photos import store

pages = Blueprint("sounds", __name__)


@pages.get("/sounds/<key>.m4a")
@open_to_all
def show(key: str) -> ResponseReturnValue:
    """A public recording may be kept by everybody for ever; another one is played, and kept by nobody.

    iPhones play only what they can ask for in pieces (RFC 9110, section 14).
    """
    sound = sounds.by_key(current.session(), key)
    somebody = None if sound.is_public else current.person()
    if not sounds.may_hear(sound, somebody):
        raise NotFound(say("There is no recording with this address."))
    try:
        content = store().read(sound.file)
    except FileNotFoundError:
        raise NotFound(say("There is no recording with this address.")) from None
    answer = Response(content, content_type="audio/mp4")
    answer.headers["Cache-Control"] = FOR_EVER if sound.is_public else "no-store"
    answer.headers["Accept-Ranges"] = "bytes"
    if request.range is None or request.range.units != "bytes":  # what can't be understood is not asked
        return answer
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(content))


def prepared(sent: FileStorage | None) -> Prepared | None:
    """What a form's file field brought, packed; None where nothing was chosen. Raises Refusal."""
    content = sent.read(sounds.MOST_BYTES + 1) if isinstance(sent, FileStorage) else b""
    return sounds.prepare(content) if content else None


def keep_for(form: Any) -> None:
    """Keeps the recording that came, as nobody's until the form is sent, so that a refusal loses nothing.

    form has the fields sound and sound_key.
    """
    if request.form.get("without_sound"):
        form.sound_key.data = ""
    came = prepared(form.sound.data)
    if came is None:
        return
    with current.transaction() as session:
        sound = sounds.keep(session, store(), came, area_id=current.area().id, by=None, at=current.now())
    form.sound_key.data = sound.key


def kept_for(form: Any) -> Sound | None:
    """The recording that came. Raises Refusal when it is gone, since what was sent must be whole."""
    if not form.sound_key.data:
        return None
    try:
        return sounds.by_key(current.session(), form.sound_key.data)
    except NotFound:
        form.sound_key.data = ""
        gone = say("This recording is not here any more. Please choose it again.")
        raise Refusal(gone, field="sound") from None
