"""Two public ideas that say the same: a moderator chooses the twin, reads what will happen, merges or parts them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField

from backend import idea_answers, idea_merges, ideas, moderation, queue, similar, typed
from backend.errors import NotAllowed, Refusal
from backend.ideas import Idea, State
from backend.wording import say

from . import current
from .current import moderates
from .forms import Form
from .moderation_queue import as_number, me

pages = Blueprint("idea_merges", __name__)
MOST_OFFERED = 8  # of the same area
MOST_FOUND = 40  # of all areas, among which these are


class TwinForm(Form):
    merge_into = RadioField(_("It says the same as"), validate_choice=False, choices=())
    twin_number = StringField(_("Or the number of an idea that you know"))

    def twin(self) -> int:
        """The number that was typed, else the one that was chosen; 0 without either. Raises Refusal."""
        if not self.has_number():
            return as_number(self.merge_into.data)
        try:
            plain = (self.twin_number.data or "").strip().lstrip("#")
            return typed.whole_number(plain, field="twin_number", least=1, most=ideas.MOST_NUMBER)
        except Refusal:
            raise Refusal(say("Write the number of an idea, such as 12."), field="twin_number") from None

    def has_number(self) -> bool:
        return bool((self.twin_number.data or "").strip())

    def refuse(self, refusal: Refusal) -> None:
        """What is wrong with a twin stands beside the field that names it."""
        if refusal.field == "merge_into" and self.has_number():
            refusal.field = "twin_number"
        super().refuse(refusal)


@pages.route("/<area>/ideas/<int:number>/merge", methods=["GET", "POST"])
@moderates
def choose(number: int) -> ResponseReturnValue:
    """Which idea it says the same as; of one that was merged, the way to part them again."""
    idea, form = _idea(number), TwinForm()
    if idea.state not in (*ideas.PUBLIC, State.MERGED):
        return redirect(url_for("ideas.mine", number=number), 303)
    if form.is_sent():
        try:
            twin = idea_merges.make_sure_can_merge(current.session(), idea, form.twin(), me())
            return redirect(url_for("idea_merges.check", number=number, twin=twin.id), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return _choose_page(idea, form), 400 if form.errors else 200


@pages.route("/<area>/ideas/<int:number>/merge/<int:twin>", methods=["GET", "POST"])
@moderates
def check(number: int, twin: int) -> ResponseReturnValue:
    """What will happen, in numbers; then it happens."""
    idea, form = _idea(number), TwinForm()
    idea_merges.make_sure_may_merge(idea, me())
    if form.is_sent():
        try:
            with current.transaction() as session:
                idea_answers.merge(session, _idea(number), twin, by=me(), at=current.now())
            queue.wake(current.settings())
            return redirect(url_for("idea_merges.choose", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            return _choose_page(_idea(number), form), 400
    try:
        other = idea_merges.make_sure_can_merge(current.session(), idea, twin, me())
    except Refusal as refusal:
        form.refuse(refusal)
        return _choose_page(idea, form), 400
    numbers = idea_merges.together(current.session(), idea, other)
    page = render_template("idea_merges/check.html", form=form, idea=idea, twin=other, numbers=numbers)
    return page, 400 if form.errors else 200


@pages.post("/<area>/ideas/<int:number>/part")
@moderates
def part(number: int) -> ResponseReturnValue:
    idea = _idea(number)
    if Form().is_sent():
        with current.transaction() as session:
            idea_merges.part(session, _idea(number), by=me(), at=current.now())
    return redirect(url_for("idea_merges.choose", number=idea.id), 303)


def _idea(number: int) -> Idea:
    return ideas.by_number(current.session(), number, area_id=current.area().id)


def _choose_page(idea: Idea, form: TwinForm) -> str:
    session = current.session()
    if idea.state == State.MERGED:
        twin = idea_merges.stands_for(session, idea)
        return render_template("idea_merges/part.html", form=form, idea=idea, twin=twin)
    idea_merges.make_sure_may_merge(idea, me())
    found = similar.to_text(
        session, f"{idea.title}\n{idea.text}", area_id=idea.area_id, most=MOST_FOUND, without=idea.id
    )  # fmt: skip
    return render_template(
        "idea_merges/choose.html", form=form, idea=idea, parts=idea_merges.parts_of(session, idea.id),
        twins=[one for one in found if one.area_id == idea.area_id][:MOST_OFFERED],
        waits=moderation.unsettled(session, "idea", idea.id),
    )  # fmt: skip
