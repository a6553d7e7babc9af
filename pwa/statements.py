"""The problem, the vision and the agreement of a case, in its team's own words, version by version."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField

from backend import cases, comment_threads, idea_versions, statements, team_work, typed
from backend import texts as said_texts
from backend.cases import Case, Stage
from backend.errors import Conflict, NotAllowed, Refusal
from backend.statements import KINDS, LONGEST, Kind, Statement, Version
from backend.wording import say

from . import current, language, stages, texts
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("statements", __name__)

QUESTIONS = {
    Kind.PROBLEM: _("What is the problem?"),
    Kind.VISION: _("What do you want instead?"),
    Kind.AGREEMENT: _("Who does what, and what can all count on?"),
}


class WriteForm(Form):
    after = HiddenField()  # the number of the version that was read
    client_uuid = HiddenField()


class AcceptForm(Form):
    number = HiddenField()  # of the version that was read


@pages.get("/<area>/cases/<int:number>/problem/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    said = statements.current(session, case.id, tag)
    talk = {kind: comment_threads.page(session, kind, case.id).count for kind in (Kind.PROBLEM, Kind.VISION)}
    return stages.page(case, Stage.PROBLEM_AND_VISION, statements=said, talk=talk, kinds=KINDS)


@pages.get("/<area>/cases/<int:number>/statements/<kind>")
@public("cases")
def versions(number: int, kind: str) -> ResponseReturnValue:
    """What it said before, newest first, each with what was new in it."""
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    found = statements.every(session, case.id, kind, tag)
    compared = [(one, _difference(older, one)) for one, older in zip(found, [*found[1:], None], strict=True)]
    said = cases.texts_of(session, case, tag)
    page = {"case": case, "said": said, "kind_of": kind, "kind_words": KINDS[kind], "versions": compared}
    return render_template("statements/versions.html", **page)


@pages.route("/<area>/cases/<int:number>/statements/<kind>/new", methods=["GET", "POST"])
@signed_in
def new(number: int, kind: str) -> ResponseReturnValue:
    session, person, tag = current.session(), current.known_person(), language.this().tag
    case = _case(number, kind)
    if not team_work.may_work(session, person, case):
        raise NotAllowed(say("Only the team and its coordinator write this."))
    form, status = texts.in_languages(WriteForm, {"text": (TextAreaField, QUESTIONS[Kind(kind)])}), 200
    if form.is_sent():
        try:
            _write(form, case, kind)
            return redirect(_page_of(number, kind), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            texts.refuse(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    stands = statements.latest(session, case.id, kind)
    _fill_in(form, stands, status)
    newer = said_texts.read_one(session, stands.texts_id, tag)["text"] if stands and status == 409 else None
    return render_template(
        "statements/new.html", form=form, case=case, said=cases.texts_of(session, case, tag), kind_of=kind,
        kind_words=KINDS[kind], groups=texts.groups(form, "text"), newer=newer, most=LONGEST[kind],
    ), status  # fmt: skip


@pages.route("/<area>/cases/<int:number>/statements/<kind>/accept", methods=["GET", "POST"])
@signed_in
def accept(number: int, kind: str) -> ResponseReturnValue:
    """For the team: the version that stands, and one's own yes to it."""
    session, person, tag = current.session(), current.known_person(), language.this().tag
    case = _case(number, kind)
    stands = _standing(case, kind)
    form, status = AcceptForm(number=str(stands.number)), 200
    if form.is_sent():
        try:
            with current.transaction():
                read = typed.whole_number(form.number.data, field="number", least=1, most=10**6)
                again = cases.by_number(session, number)
                statements.accept(session, again, kind, read, by=person, at=current.now())
            return redirect(_page_of(number, kind), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
            case = _case(number, kind)
            stands = _standing(case, kind)
            form.number.data = str(stands.number)
    return render_template(
        "statements/accept.html", form=form, case=case, said=cases.texts_of(session, case, tag), kind_of=kind,
        kind_words=KINDS[kind], stands=stands, has_accepted=statements.has_accepted(session, stands.id, person),
    ), status  # fmt: skip


@pages.post("/<area>/cases/<int:number>/statements/<kind>/take-back")
@signed_in
def take_back(number: int, kind: str) -> ResponseReturnValue:
    case = _case(number, kind)
    if Form().is_sent():
        with current.transaction() as session:
            statements.take_back(session, cases.by_number(session, case.id), kind, by=current.known_person())
        return redirect(_page_of(number, kind), 303)
    return redirect(url_for("statements.accept", number=number, kind=kind), 303)


def _case(number: int, kind: str) -> Case:
    """Raises NotFound."""
    statements.make_sure_it_is_a_kind(kind)
    return cases.by_number(current.session(), number, area_id=current.area().id)


def _standing(case: Case, kind: str) -> Version:
    """Raises NotAllowed for whoever is not in the team, NotFound."""
    session = current.session()
    statements.make_sure_may_accept(session, case, current.known_person())
    statements.standing(session, case.id, kind)
    return statements.current(session, case.id, language.this().tag)[kind]


def _page_of(number: int, kind: str) -> str:
    if kind == Kind.AGREEMENT:
        return url_for("teams.index", number=number, _anchor="agreement")
    return url_for("statements.index", number=number, _anchor=kind)


def _write(form: WriteForm, case: Case, kind: str) -> None:
    """Raises Refusal."""
    by_language = {tag: said["text"] for tag, said in texts.written(form, "text").items()}
    after = typed.whole_number(form.after.data or "0", field="text", least=0, most=10**6)
    with current.transaction() as session:
        statements.write(
            session, cases.by_number(session, case.id), kind, by_language=by_language, original=form.original.data,
            after=after, by=current.known_person(), at=current.now(), client_uuid=form.client_uuid.data,
        )  # fmt: skip


def _fill_in(form: WriteForm, stands: Statement | None, status: int) -> None:
    """The words that stand, to go on from; after a clash what was typed stays, and the newer version beside it."""
    if form.after.data is None and stands is not None:
        for tag, words in said_texts.all_of(current.session(), stands.texts_id).items():
            form[texts.name_in("text", tag)].data = words["text"]
    if form.after.data is None or status == 409:
        form.after.data, form.client_uuid.data = str(stands.number if stands else 0), str(uuid4())


def _difference(older: Version | None, one: Version) -> list[idea_versions.Part]:
    """Only words of one language can be compared."""
    if older is None or older.text.language != one.text.language:
        return []
    return idea_versions.difference(older.text.text, one.text.text)
