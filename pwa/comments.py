"""Comments: pages of them, writing one, and what its author reads of it and may change.

Public pages show what is public and are the same for all; what waits is seen here by its author alone.
"""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice

from backend import appeals, comment_answers, comment_rules, comment_subjects, comment_threads, comments
from backend.comment_rules import RULES
from backend.comment_subjects import Subject
from backend.comments import Comment
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.wording import say

from . import current, failures, language
from .current import coordinates, open_to_all, signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("comments", __name__)


class CommentForm(Form):
    text = TextAreaField(_("Your comment"))
    client_uuid = HiddenField()


class TakeBackForm(Form):
    """Its token is all it holds."""


class RuleForm(Form):
    rule = RadioField(_("Who may comment?"), validate_choice=False, choices=())


@pages.get("/<area>/ideas/<int:number>/comments/", defaults={"kind": "idea"})
@pages.get("/<area>/cases/<int:number>/comments/", defaults={"kind": "case"})
@pages.get("/<area>/cases/<int:number>/problem/comments/", defaults={"kind": "problem"})
@pages.get("/<area>/cases/<int:number>/vision/comments/", defaults={"kind": "vision"})
@pages.get("/<area>/journal/<int:number>/comments/", defaults={"kind": "note"})
@public("ideas", "cases")
def index(kind: str, number: int) -> ResponseReturnValue:
    on, page = _subject(kind, number), request.args.get("page", 1, type=int)
    found = comment_threads.page(current.session(), kind, number, page)
    if page != 1 and not found.threads:
        raise NotFound(say("There is no such page of comments."))
    return render_template("comments/index.html", on=on, comments=found)


@pages.route("/<area>/ideas/<int:number>/comments/new", methods=["GET", "POST"], defaults={"kind": "idea"})
@pages.route("/<area>/cases/<int:number>/comments/new", methods=["GET", "POST"], defaults={"kind": "case"})
@pages.route("/<area>/cases/<int:number>/problem/comments/new", methods=["GET", "POST"], defaults={"kind": "problem"})
@pages.route("/<area>/cases/<int:number>/vision/comments/new", methods=["GET", "POST"], defaults={"kind": "vision"})
@pages.route("/<area>/journal/<int:number>/comments/new", methods=["GET", "POST"], defaults={"kind": "note"})
@open_to_all
def new(kind: str, number: int) -> ResponseReturnValue:
    """The form; whoever is not known here reads how to become a neighbour, and what was typed is kept."""
    on, form, status = _subject(kind, number), CommentForm(), 200
    to = request.args.get("to", type=int)
    answered = comments.answerable(current.session(), on, to) if to is not None else None
    if form.is_sent():
        try:
            return redirect(url_for("comments.show", number=_write(on, form, to)), 303)
        except Refusal as refusal:
            status = _refuse(form, refusal)
    form.client_uuid.data = form.client_uuid.data or str(uuid4())
    return _write_page(on, form, answered), 400 if status == 200 and form.errors else status


@pages.get("/<area>/comments/<int:number>")
@signed_in
def show(number: int) -> ResponseReturnValue:
    """For its author alone: whether it waits, is public, or why not."""
    comment, somebody = _own(number), current.known_person()
    return render_template(
        "comments/show.html", comment=comment, on=_still_there(comment), reasons=comment_answers.WHY,
        objection=appeals.look_for(current.session(), "comment", number, somebody, at=current.now()),
        may_edit=comments.may_edit(comment, somebody, current.area()),
        may_take_back=comments.may_take_back(comment, somebody),
    )  # fmt: skip


@pages.route("/<area>/comments/<int:number>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int) -> ResponseReturnValue:
    comment, status = _own(number), 200
    if not comments.may_edit(comment, current.known_person(), current.area()):
        raise NotAllowed(say("This comment can't be changed any more."))
    form = CommentForm(text=comment.next_text or comment.text)
    if form.is_sent():
        try:
            with current.transaction() as session:
                mine, by = _own(number), current.known_person()
                comments.edit(session, mine, area=current.area(), text=form.text.data, by=by, at=current.now())
            return redirect(url_for("comments.show", number=number), 303)
        except Refusal as refusal:
            status = _refuse(form, refusal)
    page = render_template("comments/edit.html", form=form, comment=comment, most=comment_rules.LONGEST)
    return page, 400 if status == 200 and form.errors else status


@pages.route("/<area>/comments/<int:number>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(number: int) -> ResponseReturnValue:
    comment, form = _own(number), TakeBackForm()
    if form.is_sent():
        with current.transaction() as session:
            comments.take_back(session, _own(number), by=current.known_person(), at=current.now())
        return redirect(url_for("comments.show", number=number), 303)
    return render_template("comments/take_back.html", form=form, comment=comment), 400 if form.errors else 200


@pages.route("/<area>/comments/rule", methods=["GET", "POST"])
@coordinates
def rule() -> ResponseReturnValue:
    form = RuleForm(rule=current.area().comments)
    form.rule.choices = [SelectChoice(code, words.into(language.this().tag)) for code, words in RULES.items()]
    if form.is_sent():
        try:
            with current.transaction() as session:
                area, by = current.area(), current.known_person()
                comment_rules.set_rule(session, area, form.rule.data or "", by=by, at=current.now())
            return redirect(url_for("coordination.index"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("comments/rule.html", form=form), 400 if form.errors else 200


def _write(on: Subject, form: CommentForm, to: int | None) -> int:
    """The number of what was written. Raises Refusal."""
    with current.transaction() as session:
        by = current.known_person()
        if by is None:
            raise NotAllowed(say("Sign in first. Then you can comment."))
        return comments.write(
            session, on, area=current.area(), text=form.text.data, language=language.this().tag, by=by,
            at=current.now(), client_uuid=form.client_uuid.data, parent_id=to,
        ).id  # fmt: skip


def _write_page(on: Subject, form: CommentForm, answered: Comment | None) -> str:
    session, somebody = current.session(), current.known_person()
    mine = comment_threads.of_person(session, somebody, on.kind, on.number) if somebody else []
    return render_template(
        "comments/new.html", on=on, form=form, answered=answered, mine=mine, is_known=somebody is not None,
        is_open=comment_rules.is_open(current.area()), most=comment_rules.LONGEST,
    )  # fmt: skip


def _refuse(form: CommentForm, refusal: Refusal) -> int:
    """Keeps all that was typed; what clashed with an earlier comment can be sent as a new one."""
    if isinstance(refusal, Conflict):
        form.client_uuid.data = ""
    form.refuse(refusal)
    return next(number for kind, number in failures.STATUS.items() if isinstance(refusal, kind))


def _subject(kind: str, number: int) -> Subject:
    tag, area = language.this().tag, current.area()
    return comment_subjects.subject(current.session(), kind, number, language=tag, area_id=area.id)


def _still_there(comment: Comment) -> Subject | None:
    """What it is about, unless that is not public any more."""
    try:
        return _subject(comment.kind, comment.noun_id)
    except NotFound:
        return None


def _own(number: int) -> Comment:
    return comments.own(current.session(), number, by=current.known_person(), area_id=current.area().id)
