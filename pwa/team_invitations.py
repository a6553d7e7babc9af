"""Inviting somebody into a team, and answering an invitation: by name, or by a link that works once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField

from backend import addresses, cases, team_invitations, team_requests, teams
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, Refusal
from backend.team_invitations import Invitation
from backend.teams import SECTORS, Sector
from backend.wording import say

from . import current, language
from .current import open_to_all, signed_in
from .forms import Form
from .teams import in_team

pages = Blueprint("team_invitations", __name__)


class InviteForm(Form):
    person = SelectField(_("Who follows this case or wrote here?"), validate_choice=False)
    name = StringField(_("Or somebody else: what do you call them?"))
    sector = SelectField(_("Where do they come from?"), validate_choice=False)


class AnswerForm(Form):
    name = StringField(_("What shall the team call you?"))


@pages.route("/<area>/cases/<int:number>/team/invite", methods=["GET", "POST"])
@signed_in
@in_team
def new(case: Case) -> ResponseReturnValue:
    """For ambassadors and coordinators. The link is shown once, with the answer to the form."""
    session, person, tag = current.session(), current.known_person(), language.this().tag
    if not teams.may_lead(session, case, person):
        raise team_requests.only_leaders()
    form = InviteForm()
    known = team_invitations.known(session, case.id)
    form.person.choices = [("", _("Nobody of these")), *((str(one.number), one.name) for one in known)]
    form.sector.choices = [(name, words.into(tag)) for name, words in SECTORS.items()]
    said = cases.texts_of(session, case, tag)
    if form.is_sent():
        try:
            if form.person.data:
                _invite(case.id, form)
                return redirect(url_for("teams.room", number=case.id), 303)
            link = _make_link(case.id, form)
            page = {"case": case, "said": said, "link": link, "name": form.name.data}
            return render_template("team_invitations/link.html", days=team_invitations.DAYS, **page)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("team_invitations/new.html", form=form, case=case, said=said, known=known)
    return page, 400 if form.errors else 200


@pages.route("/<area>/cases/<int:number>/team/invitations/<int:invitation>", methods=["GET", "POST"])
@signed_in
def show(number: int, invitation: int) -> ResponseReturnValue:
    """For whoever is invited by name."""
    session, person = current.session(), current.known_person()
    case = cases.by_number(session, number, area_id=current.area().id)
    found = team_invitations.own(session, invitation, case_id=case.id, person=person)
    return _answer_page(case, found, url_for("team_invitations.show", number=number, invitation=invitation))


@pages.route("/<area>/team-invitation/<word>", methods=["GET", "POST"])
@open_to_all
def by_link(word: str) -> ResponseReturnValue:
    """For whoever holds the link; to say yes they sign in, to say no they need not."""
    session = current.session()
    found = team_invitations.by_word(session, word, area_id=current.area().id, at=current.now())
    case = cases.by_number(session, found.case_id)
    return _answer_page(case, found, url_for("team_invitations.by_link", word=word))


@pages.post("/<area>/cases/<int:number>/team/invitations/<int:invitation>/withdraw")
@signed_in
@in_team
def withdraw(case: Case, invitation: int) -> ResponseReturnValue:
    number, person = case.id, current.known_person()
    if not teams.may_lead(current.session(), case, person):
        raise team_requests.only_leaders()
    team_invitations.by_number(current.session(), invitation, case_id=number)
    if Form().is_sent():
        with current.transaction() as session:
            found = team_invitations.by_number(session, invitation, case_id=number)
            team_invitations.withdraw(session, found, by=person, at=current.now())
    return redirect(url_for("teams.room", number=number), 303)


def _answer_page(case: Case, invitation: Invitation, here: str) -> ResponseReturnValue:
    session, person, tag, status = current.session(), current.known_person(), language.this().tag, 200
    number, asked = case.id, invitation.id
    form = AnswerForm(name=person.name if person else "")
    if form.is_sent():
        try:
            if _say(number, asked, form):
                return redirect(url_for("teams.room", number=number), 303)
            return redirect(url_for("teams.index", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    return render_template(
        "team_invitations/show.html", form=form, case=case, said=cases.texts_of(session, case, tag), here=here,
        is_open=team_invitations.is_open(invitation, at=current.now()), is_known=person is not None,
        is_member=teams.is_member(session, number, person),
    ), status  # fmt: skip


def _say(number: int, invitation: int, form: AnswerForm) -> bool:
    """Whether it was a yes; the button that was pressed tells. Raises Refusal."""
    with current.transaction() as session:
        found, person = team_invitations.by_number(session, invitation, case_id=number), current.known_person()
        if request.form.get("answer") == "no":
            team_invitations.say_no(session, found, at=current.now())
            return False
        if person is None:
            raise NotAllowed(say("Sign in first. Then you can say yes."))
        team_invitations.say_yes(session, found, person=person, name=form.name.data, at=current.now())
        return True


def _invite(number: int, form: InviteForm) -> None:
    """Raises Refusal."""
    with current.transaction() as session:
        case, chosen = cases.by_number(session, number), form.person.data or ""
        team_invitations.invite(
            session, case, int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0,
            sector=form.sector.data or Sector.RESIDENT, by=current.known_person(), at=current.now(),
        )  # fmt: skip


def _make_link(number: int, form: InviteForm) -> str:
    """The whole address. Raises Refusal."""
    with current.transaction() as session:
        case = cases.by_number(session, number)
        word = team_invitations.invite_by_link(
            session, case, name=form.name.data, sector=form.sector.data or Sector.RESIDENT,
            by=current.known_person(), at=current.now(),
        )  # fmt: skip
    path = addresses.team_link(language.this().tag, current.area().slug, word)
    return addresses.absolute(current.settings().public_url, path)
