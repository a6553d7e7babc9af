"""All that we hold of whoever asks, as one file to take home. It is made for this answer and kept nowhere."""

from __future__ import annotations

import json
import tempfile
import zipfile
from typing import IO

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from backend import own_data
from backend.people import Person
from backend.wording import say

from . import current, language, photos
from .current import open_to_all
from .forms import Form

pages = Blueprint("own_data", __name__)
IN_MEMORY = 1_000_000  # bytes; a larger file is made on the disk
WORDS = say(
    "This is all that Innovationsforum holds of you. data.json has the texts and dates, the folder photos your photos, "
    "the folder recordings your recordings."
)


@pages.route("/me/data", methods=["GET", "POST"])
@open_to_all
def show() -> ResponseReturnValue:
    somebody, form = current.person(), Form()
    if somebody is None:
        return redirect(url_for("me.index"), 303)
    if form.is_sent():
        name = f"innovationsforum-{current.now():%Y-%m-%d}.zip"
        answer = send_file(_packed(somebody), "application/zip", as_attachment=True, download_name=name, max_age=0)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return render_template("own_data/show.html", form=form), 400 if form.errors else 200


def _packed(somebody: Person) -> IO[bytes]:
    session = current.session()
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115, the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", WORDS.into(language.this().tag))
        written = json.dumps(own_data.export(session, somebody), ensure_ascii=False, indent=2)
        packed.writestr("data.json", written)
        for photo in own_data.photos_of(session, somebody):
            try:
                packed.writestr(f"photos/{photo.id}.jpg", photos.store().read(photo.file))
            except FileNotFoundError:  # a moderator took it away
                continue
        for sound in own_data.sounds_of(session, somebody):
            try:
                packed.writestr(f"recordings/{sound.id}.m4a", photos.store().read(sound.file))
            except FileNotFoundError:
                continue
    file.seek(0)
    return file
