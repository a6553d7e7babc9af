"""The team's own notes, behind its door."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField

from backend import cases, team_notes
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, Refusal

from . import current, language
from .current import signed_in
from .forms import Form
from .teams import in_team

pages = Blueprint("team_notes", __name__)


class NoteForm(Form):
    text = TextAreaField(_("A note for the team"))
    client_uuid = HiddenField()


@pages.route("/<area>/cases/<int:number>/team/notes", methods=["GET", "POST"])
@signed_in
@in_team
def index(case: Case) -> ResponseReturnValue:
    session, person, tag = current.session(), current.known_person(), language.this().tag
    number, form, status = case.id, NoteForm(), 200
    if form.is_sent():
        try:
            with current.transaction():
                team_notes.write(
                    session, cases.by_number(session, number), text=form.text.data, language=tag, by=person,
                    at=current.now(), client_uuid=form.client_uuid.data,
                )  # fmt: skip
            return redirect(url_for("team_notes.index", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    if not form.client_uuid.data or status == 409:
        form.client_uuid.data = str(uuid4())
    case = cases.by_number(session, number)
    notes = team_notes.of_case(session, case, reader=person)
    return render_template(
        "team_notes/index.html", form=form, case=case, said=cases.texts_of(session, case, tag), notes=notes,
        removable={one.number for one in notes if team_notes.may_remove(one, person, case.area_id)},
        most=team_notes.LONGEST,
    ), status  # fmt: skip


@pages.post("/<area>/cases/<int:number>/team/notes/<int:note>/remove")
@signed_in
@in_team
def remove(case: Case, note: int) -> ResponseReturnValue:
    number, person = case.id, current.known_person()
    team_notes.by_number(current.session(), note, case, reader=person)
    if Form().is_sent():
        with current.transaction() as session:
            again = cases.by_number(session, number)
            team_notes.remove(session, team_notes.by_number(session, note, again, reader=person), by=person)
    return redirect(url_for("team_notes.index", number=number), 303)
