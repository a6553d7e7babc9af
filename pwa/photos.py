"""Photos: what a form brought is taken in before any transaction, and shown to those who may see it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from backend import files, photos
from backend.errors import NotFound, Refusal
from backend.files import Store
from backend.photos import Photo, Prepared
from backend.wording import say

from . import current
from .assets import FOR_EVER
from .current import open_to_all

pages = Blueprint("photos", __name__)


@pages.get("/photos/<key>.jpg")
@open_to_all
def show(key: str) -> ResponseReturnValue:
    """A public photo may be kept by everybody for ever; another one is shown, and kept by nobody."""
    photo = photos.by_key(current.session(), key)
    somebody = None if photo.is_public else current.person()
    if not photos.may_see(photo, somebody):
        raise NotFound(say("There is no photo with this address."))
    try:
        content = store().read(photo.file)
    except FileNotFoundError:
        raise NotFound(say("There is no photo with this address.")) from None
    answer = Response(content, content_type="image/jpeg")
    answer.headers["Cache-Control"] = FOR_EVER if photo.is_public else "no-store"
    return answer


def store() -> Store:
    return files.store(current.settings().files_url)


def prepared(sent: FileStorage | None) -> Prepared | None:
    """What a form's file field brought, decoded and made small; None where nothing was chosen. Raises Refusal."""
    content = sent.read(photos.MOST_BYTES + 1) if isinstance(sent, FileStorage) else b""
    return photos.prepare(content) if content else None


def keep_for(form: Any) -> None:
    """Keeps the photo that came, as nobody's until the form is sent, so that a refusal loses nothing.

    form has the fields photo and photo_key.
    """
    if request.form.get("without_photo"):
        form.photo_key.data = ""
    came = prepared(form.photo.data)
    if came is None:
        return
    with current.transaction() as session:
        photo = photos.keep(session, store(), came, area_id=current.area().id, by=None, at=current.now())
    form.photo_key.data = photo.key


def kept_for(form: Any) -> Photo | None:
    """The photo that came. Raises Refusal when it is gone, since what was sent must be whole."""
    if not form.photo_key.data:
        return None
    try:
        return photos.by_key(current.session(), form.photo_key.data)
    except NotFound:
        form.photo_key.data = ""
        gone = say("This photo is not here any more. Please choose it again.")
        raise Refusal(gone, field="photo") from None
