"""The journal of a case: its pages and its feed are public; its team and its coordinator write in it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField

from backend import addresses, atom, cases, comment_threads, journal, journal_lists, journal_photos, keys, texts
from backend.cases import Case
from backend.errors import NotAllowed, NotFound, Refusal
from backend.journal import Note
from backend.journal_lists import Entry
from backend.wording import say

from . import current, language, options, photos
from .current import signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("journal", __name__)
LONGEST_TITLE = 80  # characters of a note that its title in the feed shows


class NoteForm(Form):
    text = TextAreaField(_("What happened?"))
    photo = FileField(_("Add a photo"))
    alt = StringField(_("What does the photo show?"))
    photo_key = HiddenField()  # of a photo that came with a sending that was refused, or that the note has
    client_uuid = HiddenField()


class TakeBackForm(Form):
    """Its token is all it holds."""


@pages.get("/<area>/cases/<int:number>/journal/")
@public("cases")
def index(number: int) -> ResponseReturnValue:
    case, at = _case(number), request.args.get("page", 1, type=int)
    found = journal_lists.page(current.session(), case.id, language.this().tag, at)
    if at != 1 and not found.entries:
        raise NotFound(say("There is no such page of notes."))
    return render_template("journal/index.html", case=case, said=_said(case), journal=found)


@pages.get("/<area>/cases/<int:number>/journal/feed.atom")
@public("cases")
def feed(number: int) -> ResponseReturnValue:
    """The latest of it for whoever reads on elsewhere, in the language of the address where it stands in that."""
    case, tag = _case(number), language.this().tag
    slug, public_url = current.area().slug, current.settings().public_url
    title = _said(case)["title"]
    made = atom.Feed(
        id=_identity("case", case.id), title=atom.Said(gettext("Journal: %(title)s", title=title.text), tag),
        author=gettext("Innovationsforum in %(city)s", city=current.settings().city_name), updated=case.created_at,
        address=addresses.absolute(public_url, addresses.journal(tag, slug, case.id)),
        own_address=addresses.absolute(public_url, url_for("journal.feed", number=case.id)),
        entries=[_in_feed(case, one) for one in journal_lists.page(current.session(), case.id, tag).entries],
    )  # fmt: skip
    return Response(atom.written(made), content_type=atom.MIME)


@pages.get("/<area>/journal/<int:number>")
@public("cases")
def show(number: int) -> ResponseReturnValue:
    """A note with all that is said about it."""
    note = journal.by_number(current.session(), number, area_id=current.area().id)
    case = _case(note.case_id)
    return render_template(
        "journal/show.html", case=case, said=_said(case), note=note,
        entry=journal_lists.one(current.session(), note, language.this().tag),
        comments=comment_threads.page(current.session(), "note", number),
    )  # fmt: skip


@pages.route("/<area>/cases/<int:number>/journal/new", methods=["GET", "POST"])
@signed_in
def new(number: int) -> ResponseReturnValue:
    case, form, status = _case(number), NoteForm(), 200
    if not journal.may_write(current.session(), current.known_person(), case):
        raise NotAllowed(say("Only the team writes in its journal."))
    if request.method == "POST":
        try:
            if _is_sent(form):
                return redirect(url_for("journal.show", number=_add(case, form).id), 303)
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = options.refused(form, refusal)
    form.client_uuid.data = form.client_uuid.data or str(uuid4())
    return render_template("journal/new.html", form=form, case=case, said=_said(case)), status


@pages.route("/<area>/journal/<int:number>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int) -> ResponseReturnValue:
    note, status = _own(number), 200
    form = NoteForm(**_written(note)) if request.method == "GET" else NoteForm()
    if request.method == "POST":
        try:
            if _is_sent(form):
                _remove(_edit(number, form))
                return redirect(url_for("journal.show", number=number), 303)
            status = 400 if form.errors else 200
        except NotAllowed:
            raise
        except Refusal as refusal:
            status = options.refused(form, refusal)
    return render_template("journal/edit.html", form=form, note=note, said=_said(_case(note.case_id))), status


@pages.route("/<area>/journal/<int:number>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(number: int) -> ResponseReturnValue:
    note, form = _own(number), TakeBackForm()
    if form.is_sent():
        with current.transaction() as session:
            gone = journal.take_back(session, _own(number), by=current.known_person(), at=current.now())
        _remove(gone)
        return redirect(url_for("journal.index", number=note.case_id), 303)
    words = journal_lists.one(current.session(), note, language.this().tag).words
    page = render_template("journal/take_back.html", form=form, note=note, words=words)
    return page, 400 if form.errors else 200


def _is_sent(form: NoteForm) -> bool:
    """Keeps the photo that came, whatever becomes of the rest. Raises Refusal."""
    is_sent = form.is_sent()
    photos.keep_for(form)
    return is_sent and not request.form.get("without_photo")


def _add(case: Case, form: NoteForm) -> Note:
    """Raises Refusal."""
    with current.transaction() as session:
        return journal.add(
            session, case, text=form.text.data or "", language=language.this().tag, by=current.known_person(),
            at=current.now(), client_uuid=form.client_uuid.data, photo=photos.kept_for(form), alt=form.alt.data or "",
        )  # fmt: skip


def _edit(number: int, form: NoteForm) -> list[str]:
    """The files that nothing needs any more. Raises Refusal."""
    with current.transaction() as session:
        return journal.edit(
            session, _own(number), text=form.text.data or "", by=current.known_person(), at=current.now(),
            photo=photos.kept_for(form), alt=form.alt.data or "",
        )  # fmt: skip


def _written(note: Note) -> dict[str, str]:
    """The note as its author wrote it."""
    session = current.session()
    said = texts.all_of(session, note.texts_id)[texts.original_of(session, note.texts_id)]
    photo = journal_photos.of(session, note)
    return {"text": said["text"], "photo_key": photo.key if photo else "", "alt": photo.alt if photo else ""}


def _case(number: int) -> Case:
    return cases.by_number(current.session(), number, area_id=current.area().id)


def _said(case: Case) -> texts.Said:
    return cases.texts_of(current.session(), case, language.this().tag)


def _own(number: int) -> Note:
    return journal.own(current.session(), number, by=current.known_person(), area_id=current.area().id)


def _remove(files: list[str]) -> None:
    for one in files:
        photos.store().remove(one)


def _identity(noun: str, number: int) -> str:
    """Another in each language, since it says other words."""
    return atom.identity(keys.key(current.settings().data, "feeds"), noun, number, language.this().tag)


def _in_feed(case: Case, entry: Entry) -> atom.Entry:
    tag, slug, public_url = language.this().tag, current.area().slug, current.settings().public_url
    if entry.head is None:
        path, title = addresses.note(tag, slug, entry.number), atom.Said(_short(entry.words.text), entry.words.language)
    else:
        path = f"{addresses.journal(tag, slug, case.id)}#{entry.kind}-{entry.number}"
        title = atom.Said(entry.head.into(tag), tag)
    return atom.Entry(
        id=_identity(entry.kind, entry.number), title=title, author=entry.by, published=entry.at,
        content=atom.Said(entry.words.text, entry.words.language), updated=entry.changed_at or entry.at,
        address=addresses.absolute(public_url, path), picture=_picture(entry, public_url),
    )  # fmt: skip


def _picture(entry: Entry, public_url: str) -> Any:
    if (photo := entry.photo) is None:
        return None
    address = addresses.absolute(public_url, url_for("photos.show", key=photo.key))
    return atom.Picture(address, photo.size, photo.alt, photo.alt_language)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"
