"""Trials: whoever works on a case tells on the spot what was done and seen, with numbers and a photo."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from backend import days, prototypes, trials
from backend.cases import Case
from backend.errors import NotAllowed, NotFound, Refusal
from backend.prototypes import STATES, Prototype, State
from backend.trials import AFTER, MOST_NUMBERS, TEXTS, Told, Trial
from backend.wording import say

from . import current, language, options, photos
from .current import signed_in
from .forms import Form

pages = Blueprint("trials", __name__)
NUMBERS = range(1, MOST_NUMBERS + 1)


class PhotoForm(Form):
    photo = FileField(_("Add a photo"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came with a sending that was refused
    client_uuid = HiddenField()


class WordsForm(PhotoForm):
    prototype = SelectField(_("What did you try?"), coerce=str, validate_choice=False)
    day = StringField(_("Day"))
    place = StringField(_("Where?"))
    did = TextAreaField(_("What did you do?"))
    seen = TextAreaField(_("What did you see?"))
    next = TextAreaField(_("What do you change next time?"))
    state = RadioField(_("How far is it now?"), validate_choice=False)
    learned = TextAreaField(_("What did you learn?"))


_COUNTED = {
    name: field
    for one in NUMBERS
    for name, field in (
        (f"label_{one}", StringField(_("What did you count?"))),
        (f"count_{one}", StringField(_("How many?"))),
    )
}
TrialForm: Any = type("TrialForm", (WordsForm,), _COUNTED)


@pages.route("/<area>/cases/<int:number>/trials/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, tag = options.to_work_on(number), language.this().tag
    tried = prototypes.of_case(current.session(), case.id, tag)
    if not tried:
        raise NotFound(say("There is nothing to try here yet."))
    form, status = TrialForm(), 200
    form.prototype.choices = [(str(one.id), one.said.title.text) for one in tried]
    form.state.choices = [(state, STATES[state].into(tag)) for state in AFTER]
    if request.method == "GET":
        _suggest(form)
    else:
        try:
            is_sent = form.is_sent()
            photos.keep_for(form)
            if is_sent:
                return _to_prototype(number, _tell(case, form))
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            of_numbers = refusal.field == "numbers"
            status = options.refused(form, Refusal(refusal.wording, field="label_1") if of_numbers else refusal)
    numbers = [(form[f"label_{one}"], form[f"count_{one}"]) for one in NUMBERS]
    return render_template("trials/new.html", form=form, numbers=numbers, **options.of(case)), status


@pages.route("/<area>/cases/<int:number>/prototypes/<int:prototype>/trials/<int:trial>/photo", methods=["GET", "POST"])
@signed_in
def photo(number: int, prototype: int, trial: int) -> ResponseReturnValue:
    """One more photo of what was seen."""
    case, form, status = options.to_work_on(number), PhotoForm(), 200
    tried = prototypes.by_number(current.session(), prototype, case_id=case.id)
    told = trials.by_number(current.session(), trial, prototype_id=tried.id)
    if request.method == "POST":
        try:
            is_sent = form.is_sent()
            photos.keep_for(form)
            if is_sent:
                _add_photo(told, form)
                return _to_prototype(number, told)
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = options.refused(form, refusal)
    return render_template("trials/photo.html", form=form, trial=told, prototype=tried, **options.of(case)), status


def _suggest(form: Any) -> None:
    """What the link to this page named, today, and a key that makes a second tap no second trial."""
    form.prototype.data = request.args.get("prototype", "") or form.prototype.choices[0][0]
    form.day.data = current.now().astimezone(current.area().zone).date().isoformat()
    form.state.data = str(State.TRIED)
    form.client_uuid.data = str(uuid4())


def _tell(case: Case, form: Any) -> Trial:
    """Raises Refusal."""
    told = Told(
        day=days.written_day(form.day.data),
        texts={name: form[name].data or "" for name in TEXTS},
        numbers=[(form[f"label_{one}"].data or "", form[f"count_{one}"].data or "") for one in NUMBERS],
        state=form.state.data or "",
    )
    with current.transaction() as session:
        return trials.tell(
            session, _chosen(case, form), told, language=language.this().tag, client_uuid=form.client_uuid.data,
            photo=photos.kept_for(form), alt=form.alt.data or "", by=current.known_person(), at=current.now(),
        )  # fmt: skip


def _chosen(case: Case, form: Any) -> Prototype:
    """Raises Refusal."""
    if form.prototype.data not in [value for value, _label in form.prototype.choices]:
        raise Refusal(say("Choose one of what is offered."), field="prototype")
    return prototypes.by_number(current.session(), int(form.prototype.data), case_id=case.id)


def _add_photo(trial: Trial, form: PhotoForm) -> None:
    """Raises Refusal."""
    with current.transaction() as session:
        if (kept := photos.kept_for(form)) is None:
            raise Refusal(say("Choose a photo first."), field="photo")
        trials.add_photo(
            session, trial, kept, alt=form.alt.data or "", language=language.this().tag, by=current.known_person(),
            at=current.now(),
        )  # fmt: skip


def _to_prototype(number: int, trial: Trial) -> ResponseReturnValue:
    address = url_for("prototypes.show", number=number, prototype=trial.prototype_id, _anchor=f"trial-{trial.id}")
    return redirect(address, 303)
