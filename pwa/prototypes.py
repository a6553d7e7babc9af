"""Prototypes of a case: what is tried, each on a page of its own; the team tells of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from backend import cases, days, option_lists, prototype_edits, prototypes, trials, typed
from backend import texts as said_texts
from backend.cases import Stage
from backend.errors import NotAllowed, Refusal
from backend.prototypes import HIGHEST_COST, PICTURES, STATES, Prototype
from backend.wording import say

from . import current, language, options, photos, stages, texts
from .current import coordinates, signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("prototypes", __name__)

TEXTS = {
    "title": (StringField, _("What is it called?")),
    "lines": (TextAreaField, _("Two short lines for the ballot")),
    "tries": (TextAreaField, _("What do you try?")),
    "with_whom": (TextAreaField, _("With whom?")),
    "place": (StringField, _("Where?")),
    "risk": (TextAreaField, _("What may go wrong?")),
    "stop_when": (TextAreaField, _("When do you stop?")),
}
PICTURE_NAMES = {
    "table": _("A long table"), "stall": _("A market stall"), "sofa": _("A sofa and a lamp"), "passage": _("A passage"),
    "wash": _("A laundry room"), "call": _("A phone call"), "busstop": _("A bus stop"), "window": _("An open window"),
}  # fmt: skip


LATEST = 5  # trials on the page of the stage; each prototype's page has all


class EditForm(Form):
    cost = StringField(_("What does it cost, in kronor?"))
    starts_on = StringField(_("First day"))
    ends_on = StringField(_("Last day"))
    picture = SelectField(_("Picture on the ballot"), validate_choice=False)


class NewForm(EditForm):
    state = SelectField(_("How far has it come?"), validate_choice=False)


class PhotoForm(Form):
    photo = FileField(_("A photo in place of the picture"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came with a sending that was refused
    is_drawing = BooleanField(_("Show the drawn picture again"))


class TellForm(Form):
    state = SelectField(_("How far has it come?"), validate_choice=False)
    seen = TextAreaField(_("What did you see?"))
    next = TextAreaField(_("What do you change next time?"))


@pages.get("/<area>/cases/<int:number>/prototypes/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session = current.session()
    case = cases.by_number(session, number, area_id=current.area().id)
    tried = prototypes.of_case(session, case.id, language.this().tag)
    told = trials.of_prototypes(session, [one.id for one in tried], language.this().tag)
    latest = sorted((one for each in told.values() for one in each), key=lambda one: (one.day, one.id), reverse=True)
    names = {one.id: one.said.title for one in tried}
    return stages.page(case, Stage.PROTOTYPES, prototypes=tried, trials=latest[:LATEST], names=names)


@pages.get("/<area>/cases/<int:number>/prototypes/<int:prototype>")
@public("cases", "ideas", "votes")
def show(number: int, prototype: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    tried = prototypes.by_number(session, prototype, case_id=case.id)
    option = option_lists.one(session, tried.option_id, tag) if tried.option_id else None
    return render_template(
        "prototypes/show.html",
        case=case,
        said=cases.texts_of(session, case, tag),
        prototype=prototypes.one(session, tried.id, tag),
        trials=trials.of_prototypes(session, [tried.id], tag)[tried.id],
        results=prototype_edits.results(session, tried.id),
        option=option,
    )


@pages.route("/<area>/cases/<int:number>/prototypes/new", methods=["GET", "POST"])
@coordinates
def new(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    form = texts.in_languages(NewForm, TEXTS)
    form.state.choices = [(state, words.into(language.this().tag)) for state, words in STATES.items()]
    form.picture.choices = [(name, PICTURE_NAMES[name]) for name in PICTURES]
    if form.is_sent():
        try:
            with current.transaction() as session:
                prototypes.add(
                    session, case, by_language=texts.written(form, *TEXTS), original=form.original.data,
                    state=form.state.data or "", by=current.known_person(), at=current.now(), **_facts(form),
                )  # fmt: skip
            return redirect(url_for("cases.show", number=number, _anchor="prototypes"), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
    groups = texts.groups(form, *TEXTS)
    page = render_template("prototypes/new.html", form=form, groups=groups, case=case)
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/prototypes/<int:prototype>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int, prototype: int) -> ResponseReturnValue:
    case, status = options.to_work_on(number), 200
    tried = prototypes.by_number(current.session(), prototype, case_id=case.id)
    form = texts.in_languages(EditForm, TEXTS, original=said_texts.original_of(current.session(), tried.texts_id))
    form.picture.choices = [(name, PICTURE_NAMES[name]) for name in PICTURES]
    if request.method == "GET":
        _fill(form, tried)
    if form.is_sent():
        try:
            with current.transaction() as session:
                prototype_edits.edit(
                    session, tried, by_language=texts.written(form, *TEXTS), by=current.known_person(),
                    at=current.now(), **_facts(form),
                )  # fmt: skip
            return redirect(url_for("prototypes.show", number=number, prototype=prototype), 303)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    groups = texts.groups(form, *TEXTS)
    shown = prototypes.one(current.session(), prototype, language.this().tag)
    return render_template(
        "prototypes/edit.html", form=form, groups=groups, prototype=shown, **options.of(case)
    ), status


@pages.route("/<area>/cases/<int:number>/prototypes/<int:prototype>/photo", methods=["GET", "POST"])
@signed_in
def photo(number: int, prototype: int) -> ResponseReturnValue:
    """A photo takes the place of the drawing, on the pages and on the ballot."""
    case, form, status = options.to_work_on(number), PhotoForm(), 200
    tried = prototypes.by_number(current.session(), prototype, case_id=case.id)
    if request.method == "POST":
        try:
            is_sent = form.is_sent()
            photos.keep_for(form)
            if is_sent:
                _show_photo(tried, form)
                return redirect(url_for("prototypes.show", number=number, prototype=prototype), 303)
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = options.refused(form, refusal)
    shown = prototypes.one(current.session(), prototype, language.this().tag)
    return render_template("prototypes/photo.html", form=form, prototype=shown, **options.of(case)), status


@pages.route("/<area>/cases/<int:number>/prototypes/<int:prototype>/tell", methods=["GET", "POST"])
@coordinates
def tell(number: int, prototype: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    tried, tag = prototypes.by_number(current.session(), prototype, case_id=case.id), language.this().tag
    said = said_texts.read_one(current.session(), tried.texts_id, tag)
    form = TellForm(state=tried.state, seen=said["seen"].text, next=said["next"].text)
    form.state.choices = [(state, words.into(tag)) for state, words in STATES.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                prototypes.tell(
                    session, tried, state=form.state.data or "", seen=form.seen.data or "", language=tag,
                    next_time=form.next.data or "", by=current.known_person(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("cases.show", number=number, _anchor=f"prototype-{prototype}"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("prototypes/tell.html", form=form, said=said, case=case, number=prototype)
    return page, 400 if form.errors else 200


def _fill(form: Any, tried: Prototype) -> None:
    texts.fill(form, said_texts.all_of(current.session(), tried.texts_id), *TEXTS)
    facts = (form.cost, tried.cost), (form.starts_on, tried.starts_on), (form.ends_on, tried.ends_on)
    for field, known in (*facts, (form.picture, tried.picture)):
        field.data = "" if known is None else str(known)


def _facts(form: Any) -> dict[str, Any]:
    """What is the same in every language. Raises Refusal."""
    return {
        "cost": _cost(form.cost.data),
        "picture": form.picture.data or "",
        "starts_on": _day(form.starts_on),
        "ends_on": _day(form.ends_on),
    }


def _show_photo(tried: Prototype, form: PhotoForm) -> None:
    """Raises Refusal."""
    with current.transaction() as session:
        kept = photos.kept_for(form)
        if kept is None and not form.is_drawing.data:
            raise Refusal(say("Choose a photo first."), field="photo")
        prototype_edits.show_photo(
            session, tried, None if form.is_drawing.data else kept, alt=form.alt.data or "",
            language=language.this().tag, by=current.known_person(), at=current.now(),
        )  # fmt: skip


def _day(field: StringField) -> date | None:
    """Empty where nobody knows it yet."""
    return days.written_day(field.data, field=field.name) if (field.data or "").strip() else None


def _cost(written: str | None) -> int | None:
    """Empty where nobody knows it yet."""
    return typed.whole_number(written, field="cost", least=0, most=HIGHEST_COST) if (written or "").strip() else None
