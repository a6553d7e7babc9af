"""Writing down for somebody: a form for moderators and coordinators, and the receipt that they print or hand over."""

from __future__ import annotations

from uuid import uuid4

import segno
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import languages, written_down
from backend.errors import NotAllowed, Refusal
from backend.ideas import Idea
from backend.wording import say

from . import current, failures, language, photos
from .current import moderates
from .forms import Form

pages = Blueprint("written_down", __name__)
NEXT = (
    say("A person reads it within two days."), say("Then it is published here, or you read why not."),
    say("Save this link. It opens your idea on any phone."),
)  # fmt: skip


class WrittenDownForm(Form):
    text = TextAreaField(_("The idea, in their own words"))
    language = SelectField(
        _("It is written in"),
        choices=[SelectChoice(one.tag, one.autonym) for one in languages.WRITTEN],
        validate_choice=False,
    )
    name = StringField(_("Their name, or none"))
    photo = FileField(_("Add a photo"))
    photo_key = HiddenField()  # of a photo that came before a refusal
    alt = StringField(_("What does the photo show?"))
    client_uuid = HiddenField()


@pages.route("/<area>/ideas/for-somebody", methods=["GET", "POST"])
@moderates
def new() -> ResponseReturnValue:
    """What is posted is sent, and the answer is the receipt: its link is shown this once."""
    form, status = WrittenDownForm(language=language.this().tag, client_uuid=str(uuid4())), 400
    if form.is_sent():
        try:
            return _receipt(*_take_in(form))
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = failures.status_of(refusal)
            form.refuse(refusal)
    return render_template("written_down/new.html", form=form), status if form.errors else 200


def _take_in(form: WrittenDownForm) -> tuple[Idea, str]:
    by = current.known_person()
    if by is None:
        raise NotAllowed(say("You may not do this here."))
    photos.keep_for(form)
    with current.transaction() as session:
        idea, word = written_down.write_down(
            session, area=current.area(), text=form.text.data or "", language=form.language.data or "",
            name=form.name.data or "", by=by, at=current.now(), client_uuid=form.client_uuid.data or None,
            photo=photos.kept_for(form), alt=form.alt.data or "",
        )  # fmt: skip
    return idea, word


def _receipt(idea: Idea, word: str) -> str:
    """In the language in which it is written, where we offer it."""
    reads = languages.offered(idea.language) or language.this()
    address = current.settings().public_url + url_for("ideas.receipt", lang=reads.tag, word=word)
    return render_template(
        "written_down/receipt.html", idea=idea, address=address, reads=reads,
        title=say("We have your idea").into(reads.tag),
        number=say("Idea %(number)s", number=idea.id).into(reads.tag),
        next=[one.into(reads.tag) for one in NEXT],
        square=say("A square code that opens the link below").into(reads.tag),
        qr=segno.make(address, error="m").svg_data_uri(scale=5, light="white"),
    )  # fmt: skip
