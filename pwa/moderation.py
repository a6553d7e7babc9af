"""The moderators' desk: the queue, one thing to read, and the decision. After it the next thing opens."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import areas, cases, idea_answers, ideas, moderation, moderation_bulk, moderation_queue, moderation_readers
from backend.errors import NotAllowed, NotFound, Refusal
from backend.waiting import Decision
from backend.wording import say

from . import current, failures, reading
from .current import moderates
from .forms import Form
from .moderation_queue import after, around, as_number, kept, me
from .reading import CaseForm, DecisionForm, LanguageForm

pages = Blueprint("moderation", __name__)
INTO_CASE = "into_case"  # the button that approves and puts into the chosen case


@pages.app_context_processor
def badge() -> dict[str, object]:
    """For the bar of staff pages: how much waits for who asks."""
    return {"waiting_for_me": lambda: moderation_queue.count_for(current.session(), me())}


@pages.get("/moderation/")
@moderates
def index() -> ResponseReturnValue:
    mine = moderation_queue.areas_of(me())
    lately = moderation_queue.decided_lately(current.session(), mine)
    places = [area for area in areas.every(current.session()) if mine is None or area.id in mine]
    return render_template("moderation/index.html", lately=lately, places=places, **around(*lately))


@pages.get("/moderation/<int:number>")
@moderates
def show(number: int) -> ResponseReturnValue:
    with current.transaction() as session:
        found = moderation.find(session, number, by=me())
        moderation_readers.claim(session, found, by=me(), at=current.now())
    return reading.page(found, reading.new_form(found, me()))


@pages.post("/moderation/<int:number>")
@moderates
def decide(number: int) -> ResponseReturnValue:
    form, status = DecisionForm(), 400
    if form.is_sent():
        try:
            return redirect(_decide(number, form), 303)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = failures.status_of(refusal)
    return reading.page(moderation.find(current.session(), number, by=me()), form), status


@pages.post("/moderation/<int:number>/undo")
@moderates
def undo(number: int) -> ResponseReturnValue:
    """Takes back one decision, or all that were made with it at once."""
    if Form().is_sent():
        with current.transaction() as session:
            moderation_bulk.undo(session, number, by=me(), at=current.now())
    return redirect(url_for("moderation.show", number=number, **kept()), 303)


@pages.post("/moderation/<int:number>/take-back")
@moderates
def take_back(number: int) -> ResponseReturnValue:
    """Takes apart what its author has been told of, such as a merge."""
    if Form().is_sent():
        with current.transaction() as session:
            moderation.take_back(session, number, by=me(), at=current.now())
    return redirect(url_for("moderation.show", number=number, **kept()), 303)


@pages.post("/moderation/<int:number>/language")
@moderates
def correct_language(number: int) -> ResponseReturnValue:
    form = LanguageForm()
    if form.is_sent():
        with current.transaction() as session:
            moderation.correct_language(session, number, form.language.data or "", by=me(), at=current.now())
    return redirect(url_for("moderation.show", number=number, **kept()), 303)


@pages.post("/moderation/<int:number>/case")
@moderates
def feed(number: int) -> ResponseReturnValue:
    """Puts something into a case that was approved before."""
    form = DecisionForm()
    if form.is_sent():
        with current.transaction() as session:
            found = moderation.find(session, number, by=me())
            if found.kind != "idea":
                raise NotFound(say("Nothing waits here under this number."))
            idea = ideas.by_number(session, found.noun_id, area_id=found.area_id)
            idea_answers.feed(session, idea, as_number(form.case.data), by=me(), at=current.now())
    return redirect(url_for("moderation.show", number=number, **kept()), 303)


@pages.post("/moderation/<int:number>/cases")
@moderates
def open_case(number: int) -> ResponseReturnValue:
    """Opens a new case, which is then chosen for what is being read."""
    form = CaseForm()
    found = moderation.find(current.session(), number, by=me())
    if form.is_sent():
        try:
            with current.transaction() as session:
                if not cases.may_lead(me(), found.area_id):
                    raise NotAllowed(say("Only a coordinator of this area may do this."))
                tag = form.original.data or ""
                made = cases.open_case(
                    session, area_id=found.area_id, by_language={tag: {"title": form.title.data or ""}}, original=tag,
                    by=me(), at=current.now(),
                )  # fmt: skip
            return redirect(url_for("moderation.show", number=number, case=made.id, **kept()), 303)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return reading.page(found, reading.new_form(found, me()), case_form=form), 400


def _decide(item_id: int, form: DecisionForm) -> str:
    """Carries the decision out and says where the next thing to read is."""
    wanted, case_id = form.decision.data, as_number(form.case.data) or None
    if wanted not in (*Decision, INTO_CASE):
        raise Refusal(say("Choose what to do with it."))
    if wanted == INTO_CASE and case_id is None:
        raise Refusal(say("Choose a case first."), field="case")
    with current.transaction() as session:
        item = moderation.decide(
            session, item_id, Decision.APPROVED if wanted == INTO_CASE else Decision(wanted), by=me(),
            seen_version=as_number(form.version.data), at=current.now(), undo_seconds=current.settings().undo_seconds,
            reason=form.reason.data or "", note=form.note.data or "", note_language=form.note_language.data or "",
            case_id=case_id if wanted == INTO_CASE else None,
            merge_into=(form.twin() or None) if wanted == Decision.MERGED else None,
            photo_act=form.photo_act.data or "",
        )  # fmt: skip
    return after(item)
