"""Which options go on to a prototype, and why not the others; whoever had an idea hears what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    audit,
    cases,
    days,
    ideas,
    notices,
    prototype_edits,
    prototypes,
    revisions,
    texts,
    trials,
)
from .case_news import excerpt
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .ideas import Idea
from .notices import Message, Notice
from .options import LONGEST_TEXT, Option
from .people import Person
from .prototypes import HIGHEST_COST, LONGEST_LINE, Prototype
from .texts import TextLine, TextSet
from .trials import Trial
from .typed import text as typed_text
from .votes import Choice
from .wording import say

TELL_WITHIN = timedelta(days=30)  # a phone that was off for longer reads it on the page
ON_A_PHONE = timedelta(days=28)  # a push service keeps it for one that is off


def decide(
    session: Session, option: Option, *, goes_on: bool, why: Mapping[str, str], original: str,
    by_language: Mapping[str, Mapping[str, str]], by: Person, at: datetime,
) -> Prototype | None:  # fmt: skip
    """It goes on, as a new prototype out of {"sv": {"title": ..., "lines": ...}}, or not; why says in {"sv": ...}.

    Deciding the same again changes nothing. NotAllowed unless by leads the area's cases; Refusal without a reason, and
    for a prototype without title and lines; Conflict when the other was decided.
    """
    _make_sure_leads(option, by)
    session.refresh(option, with_for_update=True)
    if option.goes_on is not None:
        return _decided_before(session, option, goes_on)
    typed_text(why.get(original), field="why", most=LONGEST_TEXT)
    for tag, words in why.items():
        clean = typed_text(words, field="why", most=LONGEST_TEXT, needed=False)
        texts.rewrite(session, option.texts_id, tag, {"why": clean})
    made = _make_prototype(session, option, by_language, original, by, at) if goes_on else None
    option.goes_on, option.decided_by, option.decided_at = goes_on, by.id, at
    session.flush()
    act = "option.goes_on" if goes_on else "option.stays"
    audit.note(session, act, at=at, by=by, area_id=option.area_id, noun_id=option.id)
    revisions.raise_(session, option.area_id, "cases")
    _tell_authors(session, option, "option_decided", {"option": option.id, "goes_on": goes_on}, at)
    return made


def may_undo(session: Session, option: Option) -> bool:
    """While nobody has tried the prototype, and it stands on no ballot."""
    made = prototype_of(session, option)
    if option.goes_on is None or made is None:
        return option.goes_on is not None
    on_a_ballot = session.scalar(select(exists().where(Choice.prototype_id == made.id)))
    return not on_a_ballot and trials.count(session, made.id) == 0


def undo(session: Session, option: Option, *, by: Person, at: datetime) -> None:
    """It is undecided again, and the prototype that nobody has tried or voted on goes. NotAllowed, Refusal.

    Undoing what is not decided changes nothing.
    """
    _make_sure_leads(option, by)
    session.refresh(option, with_for_update=True)
    if option.goes_on is None:
        return
    if not may_undo(session, option):
        raise Refusal(say("It has been tried, or stands in a vote. It can't be undone any more."))
    if (made := prototype_of(session, option)) is not None:
        prototype_edits.let_photo_go(session, made)
        session.delete(made)
        session.flush()
        session.execute(delete(TextSet).where(TextSet.id == made.texts_id))
    session.execute(delete(TextLine).where(TextLine.set_id == option.texts_id, TextLine.name == "why"))
    option.goes_on = option.decided_by = option.decided_at = None
    session.flush()
    audit.note(session, "option.undone", at=at, by=by, area_id=option.area_id, noun_id=option.id)
    prototypes.has_changed(session, option.area_id)


def prototype_of(session: Session, option: Option) -> Prototype | None:
    return session.scalar(select(Prototype).where(Prototype.option_id == option.id))


@trials.when_told
def step_on(session: Session, trial: Trial, at: datetime) -> None:
    """The idea that a prototype came from has been tested from now on; the first time its authors hear of it."""
    query = select(Option).join(Prototype, Prototype.option_id == Option.id).where(Prototype.id == trial.prototype_id)
    option = session.scalar(query)
    idea = session.get(Idea, option.idea_id) if option and option.idea_id else None
    if option is None or idea is None or idea.state not in (ideas.State.READ, ideas.State.IN_CASE):
        return
    ideas.add_step(session, idea, ideas.State.TESTED, at=at)
    _tell_authors(session, option, "idea_tested", {"trial": trial.id}, at)


# --- how it reads ---


@notices.said("option_decided", notices.Kind(longest=ON_A_PHONE))
def words_of_decision(session: Session, notice: Notice, language: str) -> Message:
    """Raises NotFound when it was undone meanwhile."""
    option = session.get(Option, notice.values["option"])
    if option is None or option.goes_on != notice.values["goes_on"]:
        raise NotFound(say("There is no option with this number."))
    slug = areas.by_id(session, option.area_id).slug
    named = {"number": notice.noun_id, "idea": days.isolated(notice.values["title"])}
    if (made := prototype_of(session, option)) is not None:
        name = excerpt(texts.read_one(session, made.texts_id, language)["title"])
        body = say("Idea %(number)s, %(idea)s, goes on to be tried as: %(prototype)s.", **named, prototype=name)
        path = addresses.prototype(language, slug, option.case_id, made.id)
        return Message(say("Your idea became a prototype").into(language), body.into(language), path)
    why = excerpt(texts.read_one(session, option.texts_id, language)["why"])
    body = say("Idea %(number)s, %(idea)s, is not tried now: %(why)s", **named, why=why)
    path = addresses.options(language, slug, option.case_id)
    return Message(say("Your idea is not tried this time").into(language), body.into(language), path)


@notices.said("idea_tested", notices.Kind(longest=ON_A_PHONE))
def words_of_trial(session: Session, notice: Notice, language: str) -> Message:
    trial = session.get(Trial, notice.values["trial"])
    if trial is None or trial.is_hidden:
        raise NotFound(say("There is no trial with this number."))
    prototype = session.get_one(Prototype, trial.prototype_id)
    seen = excerpt(texts.read_one(session, trial.texts_id, language)["seen"])
    named = {"number": notice.noun_id, "idea": days.isolated(notice.values["title"])}
    body = say("Idea %(number)s, %(idea)s, was tried. We saw: %(seen)s", **named, seen=seen)
    slug = areas.by_id(session, trial.area_id).slug
    path = addresses.prototype(language, slug, prototype.case_id, prototype.id)
    return Message(say("Your idea has been tried").into(language), body.into(language), path)


# --- private parts ---


def _make_sure_leads(option: Option, by: Person) -> None:
    if not cases.may_lead(by, option.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))


def _decided_before(session: Session, option: Option, goes_on: bool) -> Prototype | None:
    if option.goes_on != goes_on:
        raise Conflict(say("This has been decided already. Undo that first."))
    return prototype_of(session, option)


def _make_prototype(
    session: Session, option: Option, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person,
    at: datetime,
) -> Prototype:  # fmt: skip
    """It takes the option's risk and cost along, where they fit."""
    known = texts.all_of(session, option.texts_id)
    told = {tag: {**own, "risk": known.get(tag, {}).get("risk", "")[:LONGEST_LINE]} for tag, own in by_language.items()}
    cost = option.cost_to if option.cost_to is not None and option.cost_to <= HIGHEST_COST else None
    return prototypes.add(
        session, cases.by_number(session, option.case_id), by_language=told, original=original, cost=cost,
        option_id=option.id, by=by, at=at,
    )  # fmt: skip


def _tell_authors(session: Session, option: Option, kind: str, values: dict[str, Any], at: datetime) -> None:
    """One notice to each who proposed it, by an idea of their own that says the same too."""
    if option.idea_id is None:
        return
    same = or_(Idea.id == option.idea_id, Idea.merged_into == option.idea_id)
    first = select(func.min(Idea.id)).where(same, Idea.author_id.is_not(None)).group_by(Idea.author_id)
    for own in session.scalars(select(Idea).where(Idea.id.in_(first)).order_by(Idea.id)).all():
        notices.tell(
            session, kind=kind, area_id=option.area_id, noun_id=own.id, audience="person",
            audience_id=own.author_id or 0, at=at, ends_at=at + TELL_WITHIN, values={**values, "title": own.title},
        )  # fmt: skip
