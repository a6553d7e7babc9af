"""Ideas: the list, one of them, writing one in three steps, and what its author reads.

Writing needs no account: the form is public and carries no authority. A photo that comes before the last step is kept
at once, so that it need not be chosen again.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField

from backend import (
    areas,
    comment_threads,
    idea_answers,
    idea_lists,
    idea_merges,
    idea_texts,
    idea_versions,
    ideas,
    option_lists,
    people,
    rules,
)
from backend import photos as kept_photos
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.ideas import Idea, State
from backend.people import Level
from backend.wording import say

from . import appeals, current, dangers, failures, idea_photos, language, photos, similar
from .current import open_to_all
from .forms import Form, GuestForm
from .page_cache import public

pages = Blueprint("ideas", __name__)


class IdeaForm(GuestForm):
    text = TextAreaField(_("Your idea"))
    photo = FileField(_("Add a photo"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came with an earlier step
    client_uuid = HiddenField()
    account = HiddenField()  # whose phone it was when it was written, by the mark that scripts see; empty: a guest's


class ReceiptForm(Form):
    """Its token is all it holds."""


class OpenReceiptForm(GuestForm):
    """The receipt's own token stands in the address."""


class SentBefore(Exception):
    """Undoes what was made for a guest who turned out to be known."""

    def __init__(self, idea: Idea) -> None:
        self.number = idea.id
        self.author_id = idea.author_id


@pages.get("/<area>/ideas/")
@public("ideas", "cases")
def index() -> ResponseReturnValue:
    page = request.args.get("page", 1, type=int)
    found, count = idea_lists.page(current.session(), current.area().id, page, language=language.this().tag)
    if page != 1 and not found:
        raise NotFound(say("There is no such page of ideas."))
    last = -(-count // idea_lists.ON_A_PAGE)
    return render_template("ideas/index.html", ideas=found, count=count, page=page, last=last)


@pages.get("/<area>/ideas/<int:number>")
@public("ideas", "cases")
def show(number: int) -> ResponseReturnValue:
    idea = idea_lists.one(current.session(), number, language=language.this().tag)
    if idea.area_id != current.area().id or idea.state not in ideas.PUBLIC:
        return _not_public(number)
    address = current.settings().public_url + url_for("shared_links.idea", number=number)
    said = comment_threads.page(current.session(), "idea", number)
    status = _status(idea.number, idea.state)
    also_by = idea_merges.also_by(current.session(), number) if idea.has_parts else ()
    return render_template("ideas/show.html", idea=idea, comments=said, address=address, also_by=also_by, **status)


@pages.get("/<area>/ideas/new")
@public()
def new() -> ResponseReturnValue:
    return _write_page(IdeaForm())


@pages.post("/<area>/ideas/new")
@open_to_all
def look_through() -> ResponseReturnValue:
    """The second step, without a script: everything as it will be sent."""
    form = IdeaForm()
    is_sent = form.is_sent()
    try:
        photos.keep_for(form)
        if not is_sent or request.form.get("change"):
            return _write_page(form)
        idea_texts.checked(form.text.data)
    except Refusal as refusal:
        form.refuse(refusal)
        return _write_page(form), 400
    form.client_uuid.data = form.client_uuid.data or str(uuid4())  # a second tap on Send is no second idea
    return _check_page(form)


@pages.post("/<area>/ideas/")
@open_to_all
def send() -> ResponseReturnValue:
    form = IdeaForm()
    if not form.is_sent():
        return _check_page(form)
    try:
        number, word = _take_in(form)
    except Refusal as refusal:
        if failures.wants_json():
            raise
        return _refused(form, refusal)
    address = url_for("ideas.mine", number=number)
    if failures.wants_json():
        receipt = {"receipt": _receipt_address(word)} if word else {}
        return jsonify(number=number, address=address, **receipt), 201 if word else 200
    return redirect(address, 303)


@pages.route("/<area>/ideas/<int:number>/mine", methods=["GET", "POST"])
@open_to_all
def mine(number: int) -> ResponseReturnValue:
    """For its author: what happens next, and on request a receipt link, which is shown once."""
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    somebody = current.person()
    if not ideas.may_see_status(idea, somebody):
        if idea.state in ideas.PUBLIC:
            return redirect(url_for("ideas.show", number=number), 303)
        raise ideas.not_here()
    form, receipt = ReceiptForm(), ""
    if form.is_sent() and ideas.is_by(idea, somebody):
        with current.transaction() as session:
            receipt = _receipt_address(ideas.new_receipt(session, idea, by=somebody))
    return _own_page(idea, form=form, receipt=receipt, is_author=ideas.is_by(idea, somebody))


@pages.route("/r/<word>", methods=["GET", "POST"])
@open_to_all
def receipt(word: str) -> ResponseReturnValue:
    """Whoever holds the link reads the status; a guest's phone knows its idea again after a tap.

    Looking signs nobody in: programs open links too, and a link from somebody else must not change who one is.
    """
    idea = ideas.by_receipt(current.session(), word)
    author = people.by_id(current.session(), idea.author_id) if idea.author_id else None
    g.area = areas.by_id(current.session(), idea.area_id)
    form = OpenReceiptForm()
    is_guests = author is not None and author.level == Level.GUEST
    if form.is_sent() and is_guests:
        with current.transaction():
            current.sign_in_as(author)
        return redirect(url_for("ideas.mine", number=idea.id), 303)
    is_here = ideas.is_by(idea, current.person())
    return _own_page(idea, form=form, receipt="", is_author=False, may_keep=is_guests and not is_here, word=word)


def _not_public(number: int) -> ResponseReturnValue:
    """A merged idea leads to its twin, one that was taken back says so, any other is not here. Raises NotFound."""
    idea = ideas.by_number(current.session(), number, area_id=current.area().id)
    if idea.state == State.WITHDRAWN:
        return make_response(render_template("ideas/gone.html"), 410, {"Cache-Control": "no-store"})
    twin = idea_merges.stands_for(current.session(), idea)
    if twin is idea or twin.state not in ideas.PUBLIC:
        raise ideas.not_here()
    slug = areas.by_id(current.session(), twin.area_id).slug
    answer = redirect(url_for("ideas.show", area=slug, number=twin.id), 301)
    answer.headers["Cache-Control"] = "no-store"  # browsers would keep it for good, and a merge can be undone
    return answer


def _take_in(form: IdeaForm) -> tuple[int, str | None]:
    """The number of what was sent, and its receipt's token the first time. Raises Refusal."""
    is_new_here = current.person() is None
    _make_sure_it_is_theirs(form)
    photos.keep_for(form)
    try:
        with current.transaction() as session:
            author = current.person_or_guest()
            idea, word = ideas.submit(
                session, area=current.area(), author=author, text=form.text.data or "", at=current.now(),
                language=language.this().tag, client_uuid=form.client_uuid.data, photo=photos.kept_for(form),
                alt=form.alt.data or "",
            )  # fmt: skip
            if word is None:
                raise SentBefore(idea)
            return idea.id, word
    except SentBefore as before:
        _know_again(form, before, is_new_here=is_new_here)
        return before.number, None


def _make_sure_it_is_theirs(form: IdeaForm) -> None:
    """What somebody known wrote on a phone is sent in nobody else's name. Raises NotAllowed."""
    if form.account.data and form.account.data != current.account_mark(current.person()):
        raise NotAllowed(say("Somebody else wrote this on this phone. They can sign in and send it."))


def _know_again(form: IdeaForm, before: SentBefore, *, is_new_here: bool) -> None:
    """A phone that never got our answer repeats without a cookie: only it knows the key, so it is the same guest."""
    with current.transaction() as session:
        photo = photos.kept_for(form)
        if photo is not None and photo.sent_by is None:  # the same came with the first sending
            kept_photos.remove(session, photos.store(), photo)
        if is_new_here:
            g.pop("new_cookie", None)
            author = people.by_id(session, before.author_id) if before.author_id else None
            if author is not None and author.level == Level.GUEST:
                current.sign_in_as(author)


def _write_page(form: IdeaForm) -> str:
    return render_template("ideas/new.html", form=form)


def _check_page(form: IdeaForm) -> str:
    text = form.text.data or ""
    title, rest = idea_texts.in_two(text)
    return render_template("ideas/check.html", form=form, title=title, rest=rest, **similar.beside(text))


def _refused(form: IdeaForm, refusal: Refusal) -> ResponseReturnValue:
    """The first step again with all that was typed; what clashed with an earlier idea can be sent as a new one."""
    if isinstance(refusal, Conflict):
        form.client_uuid.data = ""
    form.refuse(refusal)
    return _write_page(form), failures.status_of(refusal)


def _own_page(idea: Idea, **shown: Any) -> str:
    tag = language.this().tag
    listed = idea_lists.one(current.session(), idea.id, language=tag)
    has_photo = listed.photo_key and (idea.state in ideas.PUBLIC or ideas.may_see_status(idea, current.person()))
    return render_template(
        "ideas/mine.html", idea=listed, reasons={**rules.TAKEN_DOWN, **idea_answers.REASONS},
        shows_photo=has_photo, objections=appeals.all_offered_for("idea", "photo", number=idea.id),
        lines=dangers.lines_for_author("idea", idea), latest=idea_versions.latest(current.session(), idea),
        twin=idea_merges.stands_for(current.session(), idea) if idea.merged_into else None,
        may_merge=idea_merges.may_merge(idea, current.known_person()),
        may_edit=ideas.may_edit(idea, current.person()), may_withdraw=ideas.may_withdraw(idea, current.person()),
        may_see_photos=ideas.may_see_status(idea, current.person()), **idea_photos.for_author(idea),
        **_status(idea.id, idea.state), **shown,
    )  # fmt: skip


def _status(number: int, state: str) -> dict[str, Any]:
    """Where the idea has been, what became of it among a case's options, and what may come."""
    steps, as_option = option_lists.way_of(current.session(), number)
    return {
        "steps": steps,
        "as_option": as_option,
        "states": ideas.STATES,
        "to_come": [ideas.STATES[one] for one in ideas.to_come(state)],
    }


def _receipt_address(word: str) -> str:
    return current.settings().public_url + url_for("ideas.receipt", word=word)
