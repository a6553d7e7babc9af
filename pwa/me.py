"""What is mine: ideas, teams, phones where I am signed in, my name; and one small answer for public pages' scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from backend import (
    appeals,
    areas,
    cases,
    comment_threads,
    follows,
    idea_lists,
    insight_lists,
    languages,
    meetings,
    moderation,
    people,
    pledges,
    reports,
    restrictions,
    roles,
    rounds,
    sign_in,
    statement_answers,
    supports,
    team_invitations,
    team_requests,
    teams,
)
from backend.appeals import Offer
from backend.errors import Refusal
from backend.insight_tellings import FORM_NAMES
from backend.people import Level, Person, Role
from backend.restrictions import Restriction

from . import current, language
from .current import open_to_all
from .forms import Form

pages = Blueprint("me", __name__)
MOST_SUPPORTS = 200  # numbers in one answer, newest ideas first


class AboutMeForm(Form):
    name = StringField(_("What shall we call you?"))
    language = SelectField(
        _("The language we write to you in"),
        choices=[SelectChoice(one.tag, one.autonym) for one in languages.OFFERED],
        validate_choice=False,
    )


@pages.route("/me/", methods=["GET", "POST"])
@open_to_all
def index() -> ResponseReturnValue:
    somebody = current.person()
    if somebody is None:
        return render_template("me/nobody.html")
    form = AboutMeForm(name=somebody.name, language=somebody.language)
    if form.is_sent():
        try:
            with current.transaction() as session:
                people.describe(session, somebody, name=form.name.data or "", language=form.language.data or "")
            return redirect(url_for("me.index"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(somebody, form), 400 if form.errors else 200


@pages.post("/me/sign-ins/<int:number>/end")
@open_to_all
def end_sign_in(number: int) -> ResponseReturnValue:
    somebody = current.person()
    if somebody is not None and Form().is_sent():
        with current.transaction() as session:
            sign_in.end_one_of(session, somebody, number)
    return redirect(url_for("me.index"), 303)


@pages.get("/me/mine")
@open_to_all
def mine() -> ResponseReturnValue:
    """What public pages show of me, added by a script: such pages themselves are the same for everybody."""
    somebody = current.person()
    if somebody is None:
        return jsonify(name="", account="", level=0, staff=False, supports=[], waiting=0)
    supported = sorted(supports.of_person(current.session(), somebody.id), reverse=True)[:MOST_SUPPORTS]
    return jsonify(
        name=somebody.name, account=current.account_mark(somebody), level=somebody.level, staff=somebody.is_staff,
        supports=supported, waiting=_waiting(somebody), token=current.csrf_token(),
    )  # fmt: skip


def _page(somebody: Person, form: AboutMeForm) -> str:
    session, here = current.session(), current.this_sign_in()
    return render_template(
        "me/index.html", form=form, somebody=somebody, by_id={area.id: area for area in areas.every(session)},
        sign_ins=sign_in.of_person(session, somebody, at=current.now()), here_id=here.id if here else None,
        may_vote=somebody.level >= Level.RESIDENT, waiting=_waiting(somebody), moderates=_moderates(somebody),
        role_names=roles.NAMES, limits=_limits(somebody), **_wrote(somebody), **_takes_part(somebody),
    )  # fmt: skip


def _wrote(somebody: Person) -> dict[str, Any]:
    session = current.session()
    return {
        "ideas": idea_lists.of_author(session, somebody.id, language=language.this().tag),
        "comments": comment_threads.of_person(session, somebody),
        "told": insight_lists.of_person(session, somebody.id),
        "form_names": FORM_NAMES,
        "pledges": pledges.of_person(session, somebody.id),
        "reports": reports.of_person(session, somebody),
        "objections": appeals.of_person(session, somebody),
    }


def _takes_part(somebody: Person) -> dict[str, Any]:
    session, tag, at = current.session(), language.this().tag, current.now()
    ideas, cases_followed = (follows.followed(session, somebody, kind) for kind in ("idea", "case"))
    return {
        "teams": teams.of_person(session, somebody.id, tag),
        "asked_teams": team_requests.of_person(session, somebody, tag),
        "invited_by": team_invitations.of_person(session, somebody, tag, at=at),
        "to_say_yes": statement_answers.waiting_for(session, somebody, tag),
        "votes": rounds.cast_by(session, somebody, tag),
        "meetings": meetings.of_person(session, somebody, tag, at=at),
        "followed_areas": follows.followed(session, somebody, "area"),
        "followed_ideas": idea_lists.of_numbers(session, ideas, language=tag) if ideas else [],
        "followed_cases": cases.of_numbers(session, cases_followed, tag) if cases_followed else [],
    }


def _limits(somebody: Person) -> list[tuple[Restriction, Offer]]:
    """What holds on somebody now, each with their way to object."""
    session, at = current.session(), current.now()
    held = restrictions.holding(session, somebody, at=at)
    found = [(one, appeals.look_for(session, "restriction", one.id, somebody, at=at)) for one in held]
    return [(one, offer) for one, offer in found if offer is not None]


def _waiting(somebody: Person) -> int:
    """How much waits for this moderator to read; 0 for everybody else."""
    if not _moderates(somebody):
        return 0
    return moderation.count(current.session(), people.areas_of(somebody, Role.MODERATOR, Role.COORDINATOR))


def _moderates(somebody: Person) -> bool:
    return people.areas_of(somebody, Role.MODERATOR, Role.COORDINATOR) != set()
