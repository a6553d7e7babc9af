"""Insights: what people see of everyday life in the area, before anything is decided.

The stage's page shows what is public and is the same for all; what waits is seen here by its writer alone.
"""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import appeals, cases, insight_answers, insight_lists, insight_patterns, insights, moderation
from backend.cases import Case, Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.insight_tellings import AGREED, FORM_NAMES, FORMS, LONGEST, NAMES, Telling
from backend.insights import Insight
from backend.photos import Photo
from backend.sounds import LONGEST as SECONDS
from backend.sounds import Sound
from backend.wording import say

from . import current, failures, language, photos, sounds, stages
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("insights", __name__)


class InsightForm(Form):
    form = RadioField(_("What is it?"), validate_choice=False, choices=())
    text = TextAreaField(_("What did you see or hear?"))
    photo = FileField(_("Add a photo"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came before
    sound = FileField(_("Add a recording"))
    sound_key = HiddenField()  # of a recording that came before
    transcript = TextAreaField(_("What is said in the recording?"))
    told_by = RadioField(_("Which name is shown?"), validate_choice=False, choices=())
    name = StringField(_("The name of whoever told it"))
    is_agreed = BooleanField(_("Whoever told it agrees"))
    client_uuid = HiddenField()


class TranscriptForm(Form):
    transcript = TextAreaField(_("What is said in the recording?"))


class TakeBackForm(Form):
    """Its token is all it holds."""


@pages.get("/<area>/cases/<int:number>/insights/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session, case = current.session(), _case(number)
    chosen = request.args.get("state", "")
    if chosen and chosen not in FORMS:
        raise NotFound(say("There is nothing told with this number."))
    found = insight_lists.page(session, case.id, chosen, request.args.get("page", 1, type=int))
    drawn = insight_patterns.of_case(session, case.id, language.this().tag)
    return stages.page(case, Stage.INSIGHTS, insights=found, chosen=chosen, patterns=drawn, form_names=FORM_NAMES)


@pages.get("/<area>/cases/<int:number>/insights/<int:insight>")
@public("cases")
def show(number: int, insight: int) -> ResponseReturnValue:
    case = _case(number)
    found = insight_lists.one(current.session(), insight, case_id=case.id)
    return render_template("insights/show.html", case=case, said=_said(case), one=found)


@pages.route("/<area>/cases/<int:number>/insights/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, form, status = _case(number), _form(), 200
    if request.method == "POST" and form.validate():
        try:
            _keep_files(form)
            if form.is_sent():
                return redirect(url_for("insights.mine", number=number, insight=_tell(case, form)), 303)
        except Refusal as refusal:
            status = _refuse(form, refusal)
    form.client_uuid.data = form.client_uuid.data or str(uuid4())
    mine = insight_lists.of_person(current.session(), current.known_person().id, case.id)
    page = render_template("insights/new.html", mine=mine, form_names=FORM_NAMES, **_shown(case, form))
    return page, 400 if status == 200 and form.errors else status


@pages.get("/<area>/cases/<int:number>/insights/<int:insight>/mine")
@signed_in
def mine(number: int, insight: int) -> ResponseReturnValue:
    """For its writer alone: whether it waits, is public, or why not."""
    case, session, somebody = _case(number), current.session(), current.known_person()
    own = insights.own(session, insight, by=somebody, case_id=case.id)
    return render_template(
        "insights/mine.html", case=case, said=_said(case), insight=own, reasons=insight_answers.WHY,
        one=insight_lists.any_state(session, insight, case_id=case.id),
        objection=appeals.look_for(session, "insight", insight, somebody, at=current.now()),
        may_change=insights.may_change(own, somebody), may_take_back=insights.may_take_back(own, somebody),
        may_transcribe=own.lacks_words and insights.may_transcribe(own, somebody),
    )  # fmt: skip


@pages.route("/<area>/cases/<int:number>/insights/<int:insight>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int, insight: int) -> ResponseReturnValue:
    case, status = _case(number), 200
    own = insights.own(current.session(), insight, by=current.known_person(), case_id=case.id)
    if not insights.may_change(own, current.known_person()):
        raise NotAllowed(say("This can’t be changed any more. You can take it back."))
    form = _form(own)
    if request.method == "POST" and form.validate():
        try:
            _keep_files(form)
            if form.is_sent():
                _change(case, insight, form)
                return redirect(url_for("insights.mine", number=number, insight=insight), 303)
        except Refusal as refusal:
            status = _refuse(form, refusal)
    page = render_template("insights/edit.html", insight=own, **_shown(case, form))
    return page, 400 if status == 200 and form.errors else status


@pages.route("/<area>/cases/<int:number>/insights/<int:insight>/transcript", methods=["GET", "POST"])
@signed_in
def transcript(number: int, insight: int) -> ResponseReturnValue:
    """What is said in a recording, written down by its writer or by whoever reads it for the queue."""
    case, somebody = _case(number), current.known_person()
    found = insights.by_number(current.session(), insight, case_id=case.id)
    if not insights.may_transcribe(found, somebody):
        raise insights.not_here()
    form, status = TranscriptForm(transcript=found.transcript), 200
    if form.is_sent():
        try:
            with current.transaction() as session:
                waits = insights.by_number(session, insight, case_id=case.id)
                insights.transcribe(session, waits, form.transcript.data, by=somebody, at=current.now())
            return redirect(_after_transcript(found), 303)
        except Refusal as refusal:
            status = _refuse(form, refusal)
    one = insight_lists.any_state(current.session(), insight, case_id=case.id)
    page = render_template("insights/transcript.html", case=case, said=_said(case), form=form, one=one, most=LONGEST)
    return page, 400 if status == 200 and form.errors else status


@pages.route("/<area>/cases/<int:number>/insights/<int:insight>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(number: int, insight: int) -> ResponseReturnValue:
    case, form, files = _case(number), TakeBackForm(), []
    insights.own(current.session(), insight, by=current.known_person(), case_id=case.id)
    if form.is_sent():
        with current.transaction() as session:
            own = insights.own(session, insight, by=current.known_person(), case_id=case.id)
            files = insights.take_back(session, own, by=current.known_person(), at=current.now())
        _remove(files)
        return redirect(url_for("insights.mine", number=number, insight=insight), 303)
    one = insight_lists.any_state(current.session(), insight, case_id=case.id)
    page = render_template("insights/take_back.html", case=case, form=form, one=one)
    return page, 400 if form.errors else 200


def _after_transcript(insight: Insight) -> str:
    """Its writer sees where it stands now; whoever reads the queue goes on deciding."""
    item = moderation.unsettled(current.session(), "insight", insight.id)
    if insights.is_by(insight, current.known_person()) or item is None:
        return url_for("insights.mine", number=insight.case_id, insight=insight.id)
    return url_for("moderation.show", number=item.id)


def _case(number: int) -> Case:
    return cases.by_number(current.session(), number, area_id=current.area().id)


def _said(case: Case) -> object:
    return cases.texts_of(current.session(), case, language.this().tag)


def _shown(case: Case, form: InsightForm) -> dict[str, object]:
    return {
        "case": case, "said": _said(case), "form": form, "most": LONGEST, "longest": SECONDS, "agreed": AGREED
    }  # fmt: skip


def _form(own: Insight | None = None) -> InsightForm:
    """Empty, or as its writer sent it last."""
    form = InsightForm() if own is None else _filled(own)
    tag = language.this().tag
    form.form.choices = [SelectChoice(one, words.into(tag)) for one, words in FORMS.items()]
    form.told_by.choices = [SelectChoice(one, words.into(tag)) for one, words in NAMES.items()]
    return form


def _filled(own: Insight) -> InsightForm:
    session = current.session()
    photo = session.get(Photo, own.photo_id) if own.photo_id else None
    sound = session.get(Sound, own.sound_id) if own.sound_id else None
    return InsightForm(
        form=own.form, text=own.text, transcript=own.transcript, told_by=own.told_by, name=own.name,
        alt=photo.alt if photo else "", photo_key=photo.key if photo else "", sound_key=sound.key if sound else "",
    )  # fmt: skip


def _keep_files(form: InsightForm) -> None:
    """Before any transaction, since decoding takes long. Raises Refusal."""
    photos.keep_for(form)
    sounds.keep_for(form)


def _told(form: InsightForm) -> Telling:
    """Raises Refusal where photo or recording are gone."""
    return Telling(
        form.form.data or "", form.text.data or "", form.transcript.data or "", form.told_by.data or "",
        form.name.data or "", bool(form.is_agreed.data), photos.kept_for(form), form.alt.data or "",
        sounds.kept_for(form),
    )  # fmt: skip


def _tell(case: Case, form: InsightForm) -> int:
    """The number of what was told. Raises Refusal."""
    with current.transaction() as session:
        return insights.tell(
            session, case, _told(form), language=language.this().tag, by=current.known_person(), at=current.now(),
            client_uuid=form.client_uuid.data,
        ).id  # fmt: skip


def _change(case: Case, insight: int, form: InsightForm) -> None:
    with current.transaction() as session:
        own = insights.own(session, insight, by=current.known_person(), case_id=case.id)
        tag, at = language.this().tag, current.now()
        files = insights.change(session, own, _told(form), language=tag, by=current.known_person(), at=at)
    _remove(files)


def _remove(files: list[str]) -> None:
    """After the commit: a row without its file would be broken."""
    for file in files:
        photos.store().remove(file)


def _refuse(form: Form, refusal: Refusal) -> int:
    """Keeps all that was typed; what clashed with something earlier can be sent as new."""
    if isinstance(refusal, Conflict) and "client_uuid" in form:
        form.client_uuid.data = ""
    form.refuse(refusal)
    return failures.status_of(refusal)
