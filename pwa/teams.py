"""The team of a case: who is in it, asking to join, the team's own room, and what members say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import (
    cases,
    statements,
    team_invitations,
    team_notes,
    team_requests,
    team_words,
    teams,
)
from backend.cases import Case, Stage
from backend.errors import NotAllowed, Refusal
from backend.statements import Kind
from backend.teams import GROUPS, SECTORS, Member, Sector
from backend.wording import say

from . import current, language, stages
from .current import coordinates, signed_in
from .forms import Form
from .page_cache import public

pages = Blueprint("teams", __name__)
ASKS, IS_OPEN = "asks", "open"


class JoinForm(Form):
    name = StringField(_("What shall the team call you?"))
    sector = SelectField(_("Where do you come from?"), validate_choice=False)
    gives = TextAreaField(_("What can you give?"))


class MemberForm(Form):
    name = StringField(_("What shall the team call you?"))
    sector = SelectField(_("Where do you come from?"), validate_choice=False)
    part = TextAreaField(_("What do you do in the team?"))
    gives = TextAreaField(_("What can you give?"))
    needs = TextAreaField(_("Where do you need others?"))


class OutsiderForm(MemberForm):
    name = StringField(_("Who is it?"))
    sector = SelectField(_("Where do they come from?"), validate_choice=False)
    part = TextAreaField(_("What do they do in the team?"))
    gives = TextAreaField(_("What can they give?"))
    needs = TextAreaField(_("Where do they need others?"))


class RuleForm(Form):
    rule = RadioField(
        _("Who can join the team?"), validate_choice=False,
        choices=[
            SelectChoice(ASKS, _("People ask, and the team answers")),
            SelectChoice(IS_OPEN, _("Everybody who wants to")),
        ],
    )  # fmt: skip


def in_team(view: Callable[..., Any]) -> Callable[..., Any]:
    """Behind @signed_in: hands the view its case, for whoever works on it. Raises NotFound, NotAllowed.

    Coordinators come in by their office, so they need a passkey or its like, as for all acts of staff.
    """

    @wraps(view)
    def guarded(number: int, **values: Any) -> Any:
        session, person = current.session(), current.known_person()
        case = cases.by_number(session, number, area_id=current.area().id)
        if not teams.is_member(session, case.id, person):
            team_notes.make_sure_may_enter(session, case, person)
            here = current.this_sign_in()
            if here is not None and not here.is_strong:
                return redirect(url_for("passkeys.needed", next=request.full_path.rstrip("?")), 303)
        return view(case, **values)

    return guarded


@pages.get("/<area>/cases/<int:number>/team/")
@public("cases", "lessons")
def index(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    found = teams.members(session, case.id, tag)
    there = {one.group for one in found}
    return stages.page(
        case, Stage.TEAM, members=found, groups={name: words for name, words in GROUPS.items() if name in there},
        empty_seats=[words for name, words in SECTORS.items() if name not in there],
        agreement=statements.current(session, case.id, tag).get(Kind.AGREEMENT),
    )  # fmt: skip


@pages.route("/<area>/cases/<int:number>/join", methods=["GET", "POST"])
@signed_in
def join(number: int) -> ResponseReturnValue:
    """Asking to join, or joining at once where the team is open; members find their room here."""
    session, person, tag = current.session(), current.known_person(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    form = JoinForm(name=person.name)
    form.sector.choices = _sectors()
    if form.is_sent():
        try:
            with current.transaction():
                team_requests.ask(
                    session, case, person, name=form.name.data, sector=form.sector.data or Sector.RESIDENT,
                    gives=form.gives.data, language=tag, at=current.now(),
                )  # fmt: skip
            return redirect(url_for("teams.join", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    asked = team_requests.own(session, case.id, person)
    page = render_template(
        "teams/join.html", form=form, case=case, said=cases.texts_of(session, case, tag), asked=asked,
        is_member=teams.is_member(session, case.id, person),
    )  # fmt: skip
    return page, 400 if form.errors else 200


@pages.post("/<area>/cases/<int:number>/leave")
@signed_in
def leave(number: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    if Form().is_sent():
        with current.transaction() as session:
            teams.leave(session, case, current.known_person(), at=current.now())
        return redirect(url_for("teams.index", number=number), 303)
    return redirect(url_for("teams.join", number=number), 303)


@pages.get("/<area>/cases/<int:number>/team/room")
@signed_in
@in_team
def room(case: Case) -> ResponseReturnValue:
    """For the team and its coordinators alone: notes, who asks, who is invited, the agreement, one's own part."""
    session, person, tag = current.session(), current.known_person(), language.this().tag
    mine = teams.own(session, case.id, person)
    agreement = statements.current(session, case.id, tag).get(Kind.AGREEMENT)
    return render_template(
        "teams/room.html", case=case, said=cases.texts_of(session, case, tag), mine=mine, form=Form(),
        notes=team_notes.of_case(session, case, reader=person)[:3], members=teams.members(session, case.id, tag),
        requests=team_requests.waiting(session, case.id), may_lead=teams.may_lead(session, case, person),
        invitations=team_invitations.of_case(session, case.id, at=current.now()), agreement=agreement,
        has_accepted=agreement is not None and statements.has_accepted(session, agreement.id, person),
        may_coordinate=cases.may_lead(person, case.area_id), sectors=SECTORS,
    )  # fmt: skip


@pages.route("/<area>/cases/<int:number>/team/me", methods=["GET", "POST"])
@signed_in
@in_team
def mine(case: Case) -> ResponseReturnValue:
    """A member's own words."""
    member = teams.own(current.session(), case.id, current.known_person())
    if member is None:
        raise NotAllowed(say("You are not in this team."))
    return _member_page(case, member, MemberForm)


@pages.route("/<area>/cases/<int:number>/team/add", methods=["GET", "POST"])
@coordinates
def add(number: int) -> ResponseReturnValue:
    """Somebody without an account: an association, a department."""
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    return _member_page(case, None, OutsiderForm)


@pages.route("/<area>/cases/<int:number>/team/members/<int:member>", methods=["GET", "POST"])
@coordinates
def edit(number: int, member: int) -> ResponseReturnValue:
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    found = _outsider(case, member)
    return _member_page(case, found, OutsiderForm)


@pages.post("/<area>/cases/<int:number>/team/members/<int:member>/end")
@coordinates
def end(number: int, member: int) -> ResponseReturnValue:
    """Somebody without an account is in the team no more."""
    case = cases.by_number(current.session(), number, area_id=current.area().id)
    _outsider(case, member)
    if Form().is_sent():
        with current.transaction() as session:
            teams.end(session, teams.by_number(session, member, case_id=case.id), at=current.now())
        return redirect(url_for("teams.room", number=number), 303)
    return redirect(url_for("teams.edit", number=number, member=member), 303)


@pages.route("/<area>/cases/<int:number>/team/rule", methods=["GET", "POST"])
@coordinates
def rule(number: int) -> ResponseReturnValue:
    """Whether people ask to join, or are in the team at once."""
    session, tag = current.session(), language.this().tag
    case = cases.by_number(session, number, area_id=current.area().id)
    form = RuleForm(rule=IS_OPEN if case.team_is_open else ASKS)
    if form.is_sent():
        with current.transaction():
            again, is_open = cases.by_number(session, number), form.rule.data == IS_OPEN
            team_requests.set_rule(session, again, is_open, by=current.known_person(), at=current.now())
        return redirect(url_for("teams.room", number=number), 303)
    page = render_template("teams/rule.html", form=form, case=case, said=cases.texts_of(session, case, tag))
    return page, 400 if form.errors else 200


def _outsider(case: Case, number: int) -> Member:
    """Raises NotFound, NotAllowed for whoever has an account: they write for themselves."""
    found = teams.by_number(current.session(), number, case_id=case.id)
    if not team_words.may_write(found, current.known_person()):
        raise NotAllowed(say("Each member writes this for themselves."))
    return found


def _member_page(case: Case, member: Member | None, kind: type[MemberForm]) -> ResponseReturnValue:
    session, tag, number = current.session(), language.this().tag, case.id
    form = _filled(member, kind)
    if form.is_sent():
        try:
            _keep(number, member.id if member else None, form)
            return redirect(url_for("teams.room", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "teams/member.html", form=form, case=case, said=cases.texts_of(session, case, tag), member=member,
        is_own=kind is MemberForm, most=team_words.LONGEST,
    )  # fmt: skip
    return page, 400 if form.errors else 200


def _filled(member: Member | None, kind: type[MemberForm]) -> MemberForm:
    if member is None:
        form = kind()
    else:
        said = team_words.of_member(current.session(), member, language.this().tag)
        form = kind(name=member.name, sector=member.sector, **{name: said[name].text for name in team_words.NAMES})
    form.sector.choices = _sectors()
    return form


def _keep(number: int, member_id: int | None, form: MemberForm) -> None:
    """Raises Refusal."""
    with current.transaction() as session:
        case = cases.by_number(session, number)
        given = {
            "name": form.name.data, "sector": form.sector.data, "language": language.this().tag,
            "said": {name: form[name].data or "" for name in team_words.NAMES}, "by": current.known_person(),
            "at": current.now(),
        }  # fmt: skip
        if member_id is None:
            team_words.add_outsider(session, case, **given)
        else:
            team_words.describe(session, teams.by_number(session, member_id, case_id=number), **given)


def _sectors() -> list[tuple[str, str]]:
    tag = language.this().tag
    return [(name, words.into(tag)) for name, words in SECTORS.items()]
