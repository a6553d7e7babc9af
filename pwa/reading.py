"""One thing as a moderator reads it: its words, what is known about it, and the forms to decide."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import (
    areas,
    cases,
    idea_versions,
    languages,
    moderation,
    moderation_queue,
    moderation_readers,
    people,
    personal_details,
    restrictions,
    similar,
)
from backend.errors import NotFound
from backend.languages import WRITTEN
from backend.people import Person
from backend.reading import Kind, Shown, kinds, sent_by
from backend.waiting import Decision, Waiting, why_not
from backend.wording import Wording, say

from . import current, language
from .forms import Form
from .idea_merges import TwinForm
from .moderation_queue import around, as_number, me

TONGUES = [SelectChoice(one.tag, one.autonym) for one in WRITTEN]
MOST_SIMILAR = 5


class DecisionForm(TwinForm):
    version = HiddenField()
    decision = StringField()
    reason = RadioField(_("Why it is not published"), validate_choice=False, choices=())
    note = TextAreaField(_("A word of your own to the author"))
    note_language = SelectField(_("You write in"), choices=TONGUES, validate_choice=False)
    case = RadioField(_("Cases it can go into"), validate_choice=False, choices=())
    photo_act = RadioField(_("What becomes of the photo"), validate_choice=False, choices=())


class LanguageForm(Form):
    language = SelectField(_("It is written in"), choices=TONGUES, validate_choice=False)


class CaseForm(Form):
    title = StringField(_("What is the case about?"))
    original = SelectField(_("You write in"), choices=TONGUES, validate_choice=False)


class HandOverForm(Form):
    to = SelectField(_("Who shall read it"), validate_choice=False, choices=())
    word = TextAreaField(_("A word to them"))


def new_form(item: Waiting, by: Person) -> DecisionForm:
    """As it stands before anything was typed; the address may name a case that was just opened."""
    case = as_number(request.args.get("case"))
    return DecisionForm(
        formdata=None, version=str(item.version), note_language=by.language, photo_act="",
        case=str(case) if case else None,
    )  # fmt: skip


def page(
    item: Waiting, form: DecisionForm, *, case_form: CaseForm | None = None, hand_form: HandOverForm | None = None
) -> str:
    session, tag, kind = current.session(), language.this().tag, kinds[item.kind]
    desk = around(item)
    seen: Shown | None = desk["looks"].get((item.kind, item.noun_id))
    if seen is None:
        raise NotFound(say("Nothing waits here under this number."))
    author_reads = languages.offered(seen.author_language) or languages.offered(seen.language) or languages.FIRST
    g.area = areas.by_id(session, item.area_id)  # the page takes its colour and its clock
    author_id = moderation.author_id_of(session, item)
    others = moderation_readers.others_for(session, item, besides=me()) if item.decision is None else []
    hand_form = hand_form or HandOverForm(formdata=None)
    hand_form.to.choices = [SelectChoice(str(one.id), one.name or str(one.id)) for one in others]
    its_cases = cases.of_area(session, item.area_id, tag) if kind.has_cases else []
    _offer(form, item, kind, [SelectChoice(str(one.id), str(one.title)) for one in its_cases])
    return render_template(
        "moderation/show.html", item=item, form=form, seen=seen, kind_of=kind, cases=its_cases, others=others,
        author_reads=author_reads, hand_form=hand_form, case_form=case_form or CaseForm(formdata=None, original=tag),
        may_open_case=kind.has_cases and cases.may_lead(me(), item.area_id),
        told={code: words.into(author_reads.tag) for code, words in kind.reasons.items()},
        tongue=languages.WRITTEN_BY_TAG.get(seen.language), why_not=why_not(me(), item, author_id),
        reader=_name_of(item.claimed_by), by=_name_of(item.decided_by), giver=_name_of(item.handed_by),
        receiver=_name_of(item.handed_to), earlier=moderation_queue.earlier_rounds(session, item),
        language_form=LanguageForm(formdata=None, language=seen.language),
        title_pieces=_pieces(seen.title), lines=[_pieces(line) for line in seen.text.split("\n") if line.strip()],
        flags=_flags(item, seen),
        changes=idea_versions.difference(seen.before, seen.whole) if seen.before else [],
        twins=_twins(item, seen, kind), **_author(author_id), **desk,
    )  # fmt: skip


def _offer(form: DecisionForm, item: Waiting, kind: Kind, its_cases: list[SelectChoice]) -> None:
    tag = language.this().tag
    form.reason.choices = [SelectChoice(code, words.into(tag)) for code, words in kind.reasons.items()]
    form.case.choices = its_cases
    acts = {"away": _("Publish without the photo"), "blurred": _("Publish the photo blurred")}
    offered = [SelectChoice(act, words) for act, words in acts.items() if act in kind.photo_acts]
    form.photo_act.choices = [SelectChoice("", _("Keep the photo")), *offered]


def _twins(item: Waiting, seen: Shown, kind: Kind) -> list[similar.Found]:
    """What it may say the same as, where things of its kind can be merged."""
    if item.decision is not None or Decision.MERGED not in kind.decisions:
        return []
    return similar.to_text(current.session(), seen.whole, area_id=item.area_id, most=MOST_SIMILAR, without=item.noun_id)


def _author(author_id: int | None) -> dict[str, object]:
    """What its author has sent before, since when they are known, and whether they are limited."""
    session = current.session()
    author = people.by_id(session, author_id) if author_id else None
    if author is None:
        return {"author": None}
    limits = restrictions.holding(session, author, at=current.now())
    return {"author": author, "sent": sent_by(session, author.id), "limits": limits, "limit_words": restrictions.KINDS}


def _pieces(text: str) -> list[tuple[str, str]]:
    """A text in (words, code) pieces: code says what these words may give away, and is empty for all others."""
    pieces, at = [], 0
    for mark in personal_details.marked(text):
        pieces += [(text[at : mark.start], ""), (text[mark.start : mark.end], mark.code)]
        at = mark.end
    return [piece for piece in (*pieces, (text[at:], "")) if piece[0]]


def _flags(item: Waiting, seen: Shown) -> list[Wording]:
    """What the text may give away, in words: what was found when it was sent, and what is found in it now."""
    codes = {*item.flags, *(mark.code for mark in personal_details.marked(seen.whole))}
    return [words for code, words in personal_details.FLAGS.items() if code in codes]


def _name_of(person_id: int | None) -> str:
    found = people.by_id(current.session(), person_id) if person_id else None
    return found.name if found else ""
