"""The experience bank: lessons from earlier programmes and from cases, found by stage, kind, tag, area and words.

The list and its filters are public pages, kept like all others. A search is not: each query would be another page, in
the server's memory and on phones. It has an address of its own that is made anew each time and stored nowhere
(no-store), and its query is no name that pages differ by.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from backend import areas, cases, lesson_edits, lesson_search, lessons
from backend import texts as said_texts
from backend.areas import Area
from backend.cases import STAGES, Case
from backend.errors import Refusal
from backend.lesson_edits import Facts
from backend.lesson_tags import FACTORS, OBSTACLES, TAGS
from backend.lessons import KINDS, Lesson, Sieve

from . import current, language, options, texts
from .current import coordinates, open_to_all, signed_in
from .forms import Form, TicksField
from .page_cache import public

pages = Blueprint("lessons", __name__)

TEXTS = {
    "title": (StringField, _("What did you learn, in one line?")),
    "tried": (TextAreaField, _("What did you try?")),
    "happened": (TextAreaField, _("What happened?")),
    "again": (TextAreaField, _("What would you do again, or differently?")),
}


class EditForm(Form):
    kind = RadioField(_("Did it help?"), validate_choice=False)
    stage = SelectField(_("At which stop does it help others?"), coerce=int, validate_choice=False)
    tags = TicksField(_("What helped, and what stood in the way?"), validate_choice=False)
    years = StringField(_("When was it?"))
    programme = StringField(_("Was it part of a programme? Which?"))
    links = TextAreaField(_("Where can one read more?"))


class NewForm(EditForm):
    client_uuid = HiddenField()


@pages.get("/lessons/")
@public("lessons")
def index() -> ResponseReturnValue:
    return _list("")


@pages.get("/lessons/search")
@open_to_all
def search() -> ResponseReturnValue:
    query = request.args.get("q", "")[: lesson_search.LONGEST_QUERY]
    if not query.strip():
        return redirect(url_for("lessons.index", **_named()))
    return _list(query)


@pages.get("/lessons/<int:number>")
@public("lessons", "cases")
def show(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    found = lessons.by_number(session, number, tag)
    taught = cases.of_numbers(session, [found.case_id], tag) if found.case_id else []
    return render_template(
        "lessons/show.html", lesson=found, stages=STAGES, case=taught[0] if taught else None, by_id=_areas()
    )


@pages.route("/<area>/lessons/new", methods=["GET", "POST"])
@coordinates
def new() -> ResponseReturnValue:
    return _write(None)


@pages.route("/<area>/cases/<int:number>/lessons/new", methods=["GET", "POST"])
@signed_in
def of_case(number: int) -> ResponseReturnValue:
    """What a case taught, told by its team."""
    session, area = current.session(), current.area()
    case = cases.by_number(session, number, area_id=area.id)
    lesson_edits.make_sure_may_write(session, current.known_person(), area.id, case.id, at=current.now())
    return _write(case)


@pages.route("/lessons/<int:number>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int) -> ResponseReturnValue:
    session, person, status = current.session(), current.known_person(), 200
    lesson = lessons.row(session, number)
    lesson_edits.make_sure_may_write(session, person, lesson.area_id, lesson.case_id, at=current.now())
    form = _offering(texts.in_languages(EditForm, TEXTS, original=said_texts.original_of(session, lesson.texts_id)))
    if request.method == "GET":
        _fill(form, lesson)
    if form.is_sent():
        try:
            with current.transaction():
                lesson_edits.edit(
                    session, lesson, _facts(form), by_language=texts.written(form, *TEXTS), by=person,
                    at=current.now(),
                )  # fmt: skip
            return redirect(url_for("lessons.show", number=number), 303)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    page = render_template("lessons/edit.html", form=form, groups=texts.groups(form, *TEXTS), number=number)
    return page, status if status != 200 or not form.errors else 400


# --- private parts ---


def _list(query: str) -> ResponseReturnValue:
    """The lessons that the address asks for; what it does not offer is as if it were not there."""
    session, tag, by_id, named = current.session(), language.this().tag, _areas(), _named()
    slugs = {area.slug: area.id for area in by_id.values()}
    words = lesson_search.words_of(query)
    sieve = Sieve(
        stage=named.get("stage"), kind=named.get("state"), tag=named.get("tag"),
        area_id=slugs.get(named.get("where", "")), words=tuple(words),
    )  # fmt: skip
    is_empty = bool(query.strip()) and not words
    found = lessons.page(session, tag, sieve, request.args.get("page", 1, type=int))
    return render_template(
        "lessons/index.html", found=found, is_empty=is_empty, query=query, named=named, by_id=by_id, stages=STAGES,
        kinds=KINDS, tags=TAGS, factors=FACTORS, obstacles=OBSTACLES,
    )  # fmt: skip


def _named() -> dict[str, Any]:
    """What the address says of the filters, in the names that pages differ by."""
    stage = request.args.get("stage", type=int)
    asked = {"stage": stage if stage in STAGES else None}
    for name, offered in (("state", KINDS), ("tag", TAGS), ("where", {area.slug for area in _areas().values()})):
        value = request.args.get(name, "")
        asked[name] = value if value in offered else None
    return {name: value for name, value in asked.items() if value is not None}


def _areas() -> dict[int, Area]:
    return {area.id: area for area in areas.every(current.session())}


def _write(case: Case | None) -> ResponseReturnValue:
    """A new lesson, of this case or of the area as a whole."""
    area, status = current.area(), 200
    form = _offering(texts.in_languages(NewForm, TEXTS))
    if request.method == "GET":
        form.client_uuid.data = str(uuid4())
        form.stage.data = case.stage if case else None
    if form.is_sent():
        try:
            with current.transaction() as session:
                made = lesson_edits.write(
                    session, _facts(form), area=area, case=case, by_language=texts.written(form, *TEXTS),
                    original=form.original.data, by=current.known_person(), at=current.now(),
                    client_uuid=form.client_uuid.data,
                )  # fmt: skip
            return redirect(url_for("lessons.show", number=made.id), 303)
        except Refusal as refusal:
            status = options.refused(form, refusal)
    said = cases.texts_of(current.session(), case, language.this().tag) if case else None
    page = render_template("lessons/new.html", form=form, groups=texts.groups(form, *TEXTS), case=case, said=said)
    return page, status if status != 200 or not form.errors else 400


def _offering(form: Any) -> Any:
    """The form with what it offers to choose, in the reader's language."""
    tag = language.this().tag
    form.kind.choices = [(kind, words.into(tag)) for kind, words in KINDS.items()]
    form.stage.choices = [(number, f"{number}. {words.name.into(tag)}") for number, words in STAGES.items()]
    form.tags.choices = [(name, words.into(tag)) for name, words in TAGS.items()]
    return form


def _fill(form: Any, lesson: Lesson) -> None:
    session = current.session()
    said = said_texts.all_of(session, lesson.texts_id)
    # What was told in one piece stands where one says what happened, so that nothing is lost when it is changed.
    for own in said.values():
        own.setdefault("happened", own.get("text", ""))
    texts.fill(form, said, *TEXTS)
    facts = lesson_edits.facts_of(session, lesson)
    form.kind.data, form.stage.data, form.tags.data = facts.kind, facts.stage, list(facts.tags)
    form.links.data, form.programme.data, form.years.data = facts.links, facts.programme, facts.years


def _facts(form: Any) -> Facts:
    return Facts(
        form.kind.data or "", form.stage.data or 0, form.tags.data or (), form.links.data, form.programme.data,
        form.years.data,
    )  # fmt: skip
