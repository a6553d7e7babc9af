"""The moderators' desk: the queue, one thing to read, and the decision. After it the next thing opens."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import areas, cases, idea_answers, ideas, languages, moderation, people
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.languages import WRITTEN
from backend.moderation import Decision, Entry, Shown, Waiting
from backend.people import Person, Role
from backend.wording import say

from . import current, language
from .current import moderates
from .forms import Form

pages = Blueprint("moderation", __name__)
TONGUES = [SelectChoice(one.tag, one.autonym) for one in WRITTEN]
INTO_CASE = "into_case"  # the button that approves and puts into the chosen case


class DecisionForm(Form):
    version = HiddenField()
    decision = StringField()
    reason = RadioField(_("Why it is not published"), validate_choice=False, choices=())
    note = TextAreaField(_("A word of your own to the author"))
    note_language = SelectField(_("You write in"), choices=TONGUES, validate_choice=False)
    case = RadioField(_("Cases it can go into"), validate_choice=False, choices=())


class LanguageForm(Form):
    language = SelectField(_("It is written in"), choices=TONGUES, validate_choice=False)


@pages.get("/moderation/")
@moderates
def index() -> ResponseReturnValue:
    entries, looks = _queue()
    lately = moderation.decided_lately(current.session(), _my_areas())
    return render_template(
        "moderation/index.html", entries=entries, looks=looks, lately=lately, seen=_look_at(lately), **_around()
    )


@pages.get("/moderation/<int:number>")
@moderates
def show(number: int) -> ResponseReturnValue:
    with current.transaction() as session:
        item = moderation.find(session, number, by=_me())
        moderation.claim(session, item, by=_me(), at=current.now())
    return _page(item, DecisionForm(formdata=None, version=str(item.version), note_language=_me().language))


@pages.post("/moderation/<int:number>")
@moderates
def decide(number: int) -> ResponseReturnValue:
    form = DecisionForm()
    if form.is_sent():
        try:
            return redirect(_decide(number, form), 303)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
            return _page(moderation.find(current.session(), number, by=_me()), form), status
    return _page(moderation.find(current.session(), number, by=_me()), form), 400


@pages.post("/moderation/<int:number>/undo")
@moderates
def undo(number: int) -> ResponseReturnValue:
    if Form().is_sent():
        with current.transaction() as session:
            moderation.undo(session, number, by=_me(), at=current.now())
    return redirect(url_for("moderation.show", number=number), 303)


@pages.post("/moderation/<int:number>/language")
@moderates
def correct_language(number: int) -> ResponseReturnValue:
    form = LanguageForm()
    if form.is_sent():
        with current.transaction() as session:
            moderation.correct_language(session, number, form.language.data or "", by=_me(), at=current.now())
    return redirect(url_for("moderation.show", number=number), 303)


@pages.post("/moderation/<int:number>/case")
@moderates
def feed(number: int) -> ResponseReturnValue:
    """Puts something into a case that was approved before."""
    form = DecisionForm()
    if form.is_sent():
        with current.transaction() as session:
            item = moderation.find(session, number, by=_me())
            idea = ideas.by_number(session, item.noun_id, area_id=item.area_id)
            idea_answers.feed(session, idea, _case(form) or 0, by=_me(), at=current.now())
    return redirect(url_for("moderation.show", number=number), 303)


def _decide(number: int, form: DecisionForm) -> str:
    """Carries the decision out and says where the next thing to read is."""
    wanted, case_id = form.decision.data, _case(form)
    if wanted not in (*Decision, INTO_CASE):
        raise Refusal(say("Choose what to do with it."))
    if wanted == INTO_CASE and case_id is None:
        raise Refusal(say("Choose a case first."), field="case")
    with current.transaction() as session:
        item = moderation.decide(
            session, number, Decision.APPROVED if wanted == INTO_CASE else Decision(wanted), by=_me(),
            seen_version=_number(form.version.data), at=current.now(), undo_seconds=current.settings().undo_seconds,
            reason=form.reason.data or "", note=form.note.data or "", note_language=form.note_language.data or "",
            case_id=case_id if wanted == INTO_CASE else None,
        )  # fmt: skip
    left = moderation.waiting(current.session(), _my_areas(), current.now())
    return _address_of(_next(left, item))


def _page(item: Waiting, form: DecisionForm) -> str:
    session, tag = current.session(), language.this().tag
    entries, looks = _queue()
    seen = _look_at([item]).get(item.noun_id)
    if seen is None:
        raise NotFound(say("Nothing waits here under this number."))
    author_reads = languages.offered(seen.author_language) or languages.offered(seen.language) or languages.FIRST
    reasons = moderation.reasons(item.kind)
    form.reason.choices = [SelectChoice(code, words.into(tag)) for code, words in reasons.items()]
    its_cases = cases.of_area(session, item.area_id, tag)
    g.area = areas.by_id(session, item.area_id)  # the page takes its colour and its clock
    form.case.choices = [SelectChoice(str(one.id), str(one.title)) for one in its_cases]
    return render_template(
        "moderation/show.html", item=item, form=form, seen=seen, entries=entries, looks=looks, cases=its_cases,
        author_reads=author_reads,
        told={code: words.into(author_reads.tag) for code, words in reasons.items()},
        tongue=languages.WRITTEN_BY_TAG.get(seen.language), reader=_name_of(item.claimed_by),
        by=_name_of(item.decided_by),
        may_decide=moderation.may_decide(_me(), item, moderation.author_id_of(session, item)),
        language_form=LanguageForm(formdata=None, language=seen.language), **_around(),
    )  # fmt: skip


def _queue() -> tuple[list[Entry], dict[int, Shown]]:
    entries = moderation.waiting(current.session(), _my_areas(), current.now())
    looks = moderation.look_at(current.session(), [(one.kind, one.noun_id) for one in entries], language.this().tag)
    return entries, {one.id: looks[one.kind, one.noun_id] for one in entries if (one.kind, one.noun_id) in looks}


def _look_at(items: list[Waiting]) -> dict[int, Shown]:
    looks = moderation.look_at(current.session(), [(one.kind, one.noun_id) for one in items], language.this().tag)
    return {noun_id: look for (_, noun_id), look in looks.items()}


def _around() -> dict[str, object]:
    """What each page of the desk shows beside its own: the areas, and the decision that can be taken back."""
    session, last = current.session(), moderation.undoable(current.session(), _me())
    return {
        "by_id": {area.id: area for area in areas.every(session)}, "last": last,
        "last_seen": _look_at([last]).get(last.noun_id) if last else None,
        "seconds_left": max(round((last.tells_at - current.now()).total_seconds()), 0) if last and last.tells_at else 0,
        "soon": moderation.SOON, "late": moderation.LATE,
    }  # fmt: skip


def _next(left: list[Entry], item: Waiting) -> Entry | None:
    later = (one for one in left if (one.asked_at, one.id) > (item.asked_at, item.id))
    return next(later, left[0] if left else None)


def _address_of(entry: Entry | None) -> str:
    return url_for("moderation.show", number=entry.id) if entry else url_for("moderation.index")


def _me() -> Person:
    """Who is behind the door of this desk."""
    found = current.known_person()
    if found is None:
        raise NotAllowed(say("You may not do this here."))
    return found


def _my_areas() -> set[int] | None:
    return people.areas_of(_me(), Role.MODERATOR, Role.COORDINATOR)


def _name_of(person_id: int | None) -> str:
    found = people.by_id(current.session(), person_id) if person_id else None
    return found.name if found else ""


def _case(form: DecisionForm) -> int | None:
    return _number(form.case.data) or None


def _number(word: str | None) -> int:
    """0 for what is no number: no version and no case has it."""
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 10 else 0
