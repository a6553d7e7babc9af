"""A photo for an idea that is sent already: its author chooses one, and reads what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField

from backend import idea_photo_answers, idea_photos, ideas
from backend import photos as kept_photos
from backend.errors import NotAllowed, Refusal
from backend.ideas import Idea
from backend.photos import Photo
from backend.wording import say

from . import current, failures, language, photos
from .current import open_to_all
from .forms import Form

pages = Blueprint("idea_photos", __name__)


class PhotoForm(Form):
    photo = FileField(_("Your photo"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came with a sending that was refused
    client_uuid = HiddenField()


@pages.route("/<area>/ideas/<int:number>/photo", methods=["GET", "POST"])
@open_to_all
def new(number: int) -> ResponseReturnValue:
    """For its author, guests too. What was chosen and typed stays when something is refused."""
    idea = _own(number)
    idea_photos.make_sure_may_send(current.session(), idea, current.person(), at=current.now())
    form, status = PhotoForm(client_uuid=str(uuid4())), 200
    if request.method == "POST":
        try:
            is_sent = form.is_sent()
            photos.keep_for(form)
            if is_sent:
                _send(idea, form)
                return redirect(url_for("ideas.mine", number=number), 303)
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = failures.status_of(refusal)
            if refusal.field == "client_uuid":
                form.client_uuid.data = str(uuid4())
    if form.photo_key.data:
        form.photo.label.text = _("Choose another photo")
    return render_template("idea_photos/new.html", form=form, idea=idea, **for_author(idea)), status


def for_author(idea: Idea) -> dict[str, Any]:
    """What its author sent last and what was decided about it, for pages that show somebody their own idea."""
    session = current.session()
    sent = idea_photos.latest_sent(session, idea.id)
    return {
        "sent_photo": sent,
        "waiting_photo": session.get(Photo, sent.photo_id) if sent and sent.state == "waiting" else None,
        "photo_decision": idea_photos.decision_on(session, sent) if sent else None,
        "photo_reasons": idea_photo_answers.REASONS, "may_send_photo": idea_photos.may_send(idea, current.person()),
        "has_a_photo": idea.photo_id is not None, "shows_sent_photo": bool(sent and sent.photo_id == idea.photo_id),
    }  # fmt: skip


def _own(number: int) -> Idea:
    """Raises NotFound for everybody but its author."""
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    if not ideas.is_by(idea, current.person()):
        raise ideas.not_here()
    return idea


def _send(idea: Idea, form: PhotoForm) -> None:
    with current.transaction() as session:
        photo = photos.kept_for(form)
        if photo is None:
            raise Refusal(say("Choose a photo first."), field="photo")
        sent = idea_photos.send(
            session, ideas.by_number(session, idea.id), photo=photo, alt=form.alt.data or "",
            language=language.this().tag, by=current.person_or_guest(), at=current.now(),
            client_uuid=form.client_uuid.data,
        )  # fmt: skip
        if sent.photo_id != photo.id and photo.sent_by is None:  # a second tap brought the same once more
            kept_photos.remove(session, photos.store(), photo)
