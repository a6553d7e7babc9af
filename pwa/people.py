"""The desk for people: who has which role, and what limits whom. For coordinators, the core team and operators."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from backend import addresses, areas, languages, people, restrictions, roles
from backend.areas import Area
from backend.errors import NotAllowed, NotFound, Refusal
from backend.languages import WRITTEN
from backend.people import GivenRole, Level, Person, Role
from backend.wording import say, say_count

from . import current, language
from .current import leads, signed_in
from .forms import Form

pages = Blueprint("people", __name__)
EVERYWHERE = "everywhere"


class RoleForm(Form):
    """A role and where: "moderator 3" in one choice, since only some go together."""

    role = RadioField(_("Which role, and where"), validate_choice=False, choices=())


class InviteForm(RoleForm):
    name = StringField(_("Their name"))
    language = SelectField(
        _("The language we write to them in"),
        choices=[SelectChoice(one.tag, one.autonym) for one in languages.OFFERED],
        validate_choice=False,
    )


class RestrictForm(Form):
    where = RadioField(_("Where it holds"), validate_choice=False, choices=())
    kind = RadioField(_("What they may do for now"), validate_choice=False, choices=())
    reason = RadioField(_("Why"), validate_choice=False, choices=())
    days = RadioField(_("For how long"), validate_choice=False, choices=())
    note = TextAreaField(_("A word of your own to the person"))
    note_language = SelectField(
        _("You write in"), choices=[SelectChoice(one.tag, one.autonym) for one in WRITTEN], validate_choice=False
    )


class LeaveForm(Form):
    to = RadioField(_("Who takes over"), validate_choice=False, choices=())


@pages.get("/people/")
@leads
def index() -> ResponseReturnValue:
    found = roles.of_areas(current.session(), roles.leads(_me()))
    return render_template("people/index.html", found=found, me=_me(), **_around())


@pages.route("/people/invite", methods=["GET", "POST"])
@leads
def invite() -> ResponseReturnValue:
    form = InviteForm(language=language.this().tag)
    form.role.choices = _offered_roles()
    if form.is_sent():
        try:
            role, area_id = _role_of(form)
            with current.transaction() as session:
                person, word = roles.invite(
                    session, form.name.data or "", role, area_id=area_id, language=_offered(form.language.data),
                    by=_me(), at=current.now(),
                )  # fmt: skip
            address = addresses.absolute(
                current.settings().public_url, addresses.sign_in(person.language, word)
            )
            return render_template("people/invited.html", person=person, address=address)
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("people/invite.html", form=form), 400 if form.errors else 200


@pages.route("/people/<int:number>", methods=["GET", "POST"])
@leads
def show(number: int) -> ResponseReturnValue:
    """Somebody, with a form that gives them a role."""
    person, form = _find(number), RoleForm()
    form.role.choices = _offered_roles()
    if form.is_sent():
        try:
            role, area_id = _role_of(form)
            with current.transaction() as session:
                roles.give(session, person, role, area_id=area_id, by=_me(), at=current.now())
            return redirect(url_for("people.show", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    session, now = current.session(), current.now()
    return render_template(
        "people/show.html", person=person, form=form, me=_me(), limits=restrictions.of_person(session, person),
        holding={one.id for one in restrictions.holding(session, person, at=now)},
        may_limit=bool(_places_to_limit(person)), levels=LEVELS, may_give=_may_give, **_around(),
    ), 400 if form.errors else 200  # fmt: skip


@pages.post("/people/roles/<int:number>/take")
@leads
def take(number: int) -> ResponseReturnValue:
    given = roles.by_number(current.session(), number)
    person_id = given.person_id
    if Form().is_sent():
        with current.transaction() as session:
            roles.take(session, roles.by_number(session, number), by=_me(), at=current.now())
    return redirect(url_for("people.show", number=person_id), 303)


@pages.route("/people/roles/<int:number>/leave", methods=["GET", "POST"])
@signed_in
def leave(number: int) -> ResponseReturnValue:
    """For whoever has a role: leave it, or hand it over to somebody who works beside them."""
    given = roles.by_number(current.session(), number)
    if given.person_id != _me().id:
        raise NotFound(say("There is no such role."))
    form = LeaveForm()
    beside = _people_beside(given)
    nobody = SelectChoice("", _("Nobody. I just leave."))
    form.to.choices = [nobody, *(SelectChoice(str(one.id), one.name) for one in beside)]
    if form.is_sent():
        try:
            with current.transaction() as session:
                mine = roles.by_number(session, number)
                if form.to.data:
                    to = next((one for one in beside if str(one.id) == form.to.data), None)
                    if to is None:
                        raise Refusal(say("Choose one of these people."), field="to")
                    roles.hand_over(session, mine, to, by=_me(), at=current.now())
                else:
                    roles.take(session, mine, by=_me(), at=current.now())
            return redirect(url_for("me.index"), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("people/leave.html", form=form, given=given, **_around()), 400 if form.errors else 200


@pages.route("/people/<int:number>/limit", methods=["GET", "POST"])
@leads
def limit(number: int) -> ResponseReturnValue:
    person, form = _find(number), RestrictForm(note_language=language.this().tag)
    places = _places_to_limit(person)
    if not places:
        raise NotAllowed(say("You may not limit this person here."))
    _offer_limits(form, places)
    if form.is_sent():
        try:
            with current.transaction() as session:
                restrictions.restrict(
                    session, person, form.kind.data or "", area=_place(form, places), reason=form.reason.data or "",
                    days=int(form.days.data) if (form.days.data or "").isdecimal() else 0, by=_me(), at=current.now(),
                    note=form.note.data or "", note_language=form.note_language.data or "",
                )  # fmt: skip
            return redirect(url_for("people.show", number=number), 303)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return render_template("people/limit.html", form=form, person=person), 400 if form.errors else 200


@pages.post("/people/limits/<int:number>/lift")
@leads
def lift(number: int) -> ResponseReturnValue:
    found = restrictions.by_number(current.session(), number)
    person = _find(found.person_id)
    if Form().is_sent():
        with current.transaction() as session:
            restrictions.lift(session, restrictions.by_number(session, number), by=_me(), at=current.now())
    return redirect(url_for("people.show", number=person.id), 303)


LEVELS = {
    Level.GUEST: say("A guest on a phone"),
    Level.NEIGHBOUR: say("A neighbour"),
    Level.RESIDENT: say("A resident, who may vote"),
    Level.E_ID: say("A resident with an e-ID"),
}


def _find(number: int) -> Person:
    person = people.by_id(current.session(), number) if number < 2**31 else None
    if person is None or not roles.may_know(current.session(), _me(), person):
        raise NotFound(say("There is nobody with this number here."))
    return person


def _me() -> Person:
    found = current.known_person()
    if found is None:
        raise NotAllowed(say("You may not do this here."))
    return found


def _around() -> dict[str, object]:
    return {"by_id": {area.id: area for area in areas.every(current.session())}, "names": roles.NAMES}


def _may_give(given: GivenRole) -> bool:
    return roles.may_give(_me(), given.role, given.area_id)


def _my_places() -> list[Area]:
    mine = roles.leads(_me())
    return [area for area in areas.every(current.session()) if mine is None or area.id in mine]


def _offered_roles() -> list[SelectChoice]:
    """ "moderator 3", said as "Moderator in Seved", for each role that whoever asks may give."""
    tag = language.this().tag
    everywhere = [SelectChoice(f"{role} 0", roles.NAMES[role].into(tag)) for role in roles.offered(_me(), None)]
    return [
        SelectChoice(f"{role} {area.id}", _role_there(role, area))
        for area in _my_places()
        for role in roles.offered(_me(), area.id)
    ] + everywhere


def _role_there(role: Role, area: Area) -> str:
    tag = language.this().tag
    return say("%(role)s in %(area)s", role=roles.NAMES[role], area=area.name_in(tag)).into(tag)


def _role_of(form: RoleForm) -> tuple[str, int | None]:
    if form.role.data not in {one.value for one in form.role.choices}:
        raise Refusal(say("Choose a role."), field="role")
    role, _space, area_id = form.role.data.partition(" ")
    return role, int(area_id) or None


def _offered(tag: str | None) -> str:
    if tag not in languages.BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    return tag


def _people_beside(given: GivenRole) -> list[Person]:
    """Who else has a role in the same area, or everywhere."""
    near = roles.of_areas(current.session(), {given.area_id} if given.area_id else None)
    found = {person.id: person for _given, person in near if person.id != given.person_id}
    return list(found.values())


def _places_to_limit(person: Person) -> list[Area | None]:
    """The areas where whoever asks may limit this person; None stands for everywhere."""
    places = [area for area in _my_places() if restrictions.may_restrict(_me(), person, area.id)]
    return [*places, None] if restrictions.may_restrict(_me(), person, None) else list(places)


def _offer_limits(form: RestrictForm, places: list[Area | None]) -> None:
    tag = language.this().tag
    form.where.choices = [
        SelectChoice(area.slug, area.name_in(tag)) if area else SelectChoice(EVERYWHERE, say("Everywhere").into(tag))
        for area in places
    ]
    form.kind.choices = [SelectChoice(code, words.into(tag)) for code, words in restrictions.KINDS.items()]
    form.reason.choices = [SelectChoice(code, words.into(tag)) for code, words in restrictions.REASONS.items()]
    form.days.choices = [SelectChoice(str(days), _days(days)) for days in restrictions.DAYS]


def _days(count: int) -> str:
    return say_count("%(number)s day", "%(number)s days", count).into(language.this().tag)


def _place(form: RestrictForm, places: list[Area | None]) -> Area | None:
    for area in places:
        if form.where.data == (area.slug if area else EVERYWHERE):
            return area
    raise Refusal(say("Choose where it holds."), field="where")
