"""The way to the e-ID's broker and back, and what is asked of whoever comes back for the first time."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField

from backend import areas, e_id, keys, people
from backend import ceremonies as begun
from backend.areas import Area
from backend.ceremonies import Ceremony, Purpose
from backend.errors import NotFound, Refusal
from backend.oidc import Broker
from backend.people import Person
from backend.sign_in import How
from backend.wording import say

from . import ceremonies, current, language
from .current import open_to_all, signed_in
from .forms import Form, GuestForm
from .next_page import asked_for
from .sign_in import come_in

pages = Blueprint("e_id", __name__)


class GoForm(GuestForm):
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


class MeetForm(Form):
    who = RadioField(_("Who are you here?"), validate_choice=False)
    name = StringField(_("What shall we call you?"))
    area = SelectField(_("Where do you live?"), validate_choice=False)


class AreaForm(Form):
    area = SelectField(_("Where do you live?"), validate_choice=False)


@pages.app_context_processor
def _what_people_call_it() -> dict[str, str]:
    """Empty: no e-ID is offered."""
    settings = current.settings()
    return {"oidc_name": settings.oidc_name if settings.oidc_issuer else ""}


@pages.route("/sign-in/e-id", methods=["GET", "POST"])
@open_to_all
def go() -> ResponseReturnValue:
    """Says what is kept. Then a page that leads on: our policy lets no form of ours be answered by another host."""
    broker, form = _broker(), GoForm(next=asked_for())
    if form.is_sent():
        with current.transaction() as session:
            is_shared = bool(form.is_shared.data)
            word = begun.begin(
                session, Purpose.ASK_E_ID, at=current.now(), is_shared=is_shared, way_on=asked_for()
            )  # fmt: skip
        try:
            there = broker.way_there(word, _back(), language=language.this().tag, at=current.now())
        except Refusal as refusal:
            return _failed(refusal)
        return ceremonies.hand_out(make_response(render_template("e_id/leaving.html", there=there)), word)
    return render_template("e_id/go.html", form=form)


@pages.get("/sign-in/e-id/back")
@open_to_all
def back() -> ResponseReturnValue:
    """Where the broker sends people back to. While it is asked who came, no transaction is open."""
    word, at = ceremonies.word(), current.now()
    try:
        broker = _broker()
        with current.transaction() as session:
            asked = begun.end(session, word, Purpose.ASK_E_ID, at=at)
        issuer, subject = broker.subject(request.args, word, _back(), at=at)
        return _known_or_met(e_id.mark_of(_key(), issuer, subject), asked)
    except NotFound:
        raise
    except Refusal as refusal:
        return _failed(refusal)


@pages.route("/sign-in/e-id/you", methods=["GET", "POST"])
@open_to_all
def meet() -> ResponseReturnValue:
    """Asks whoever came by an e-ID that we do not know whether they are the one who is here, and where they live."""
    word = ceremonies.word()
    met = begun.look(current.session(), word, Purpose.MEET_E_ID, at=current.now())
    if met is None:
        return _failed(Refusal(say("That took too long, or began in another browser. Please start again.")))
    form, somebody = _meet_form(), current.person()
    if form.is_sent():
        try:
            return ceremonies.hand_out(redirect(_link(word, form, somebody), 303), "")
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template("e_id/meet.html", form=form, somebody=somebody, needs_area=e_id.needs_area(somebody))
    return page, 400 if form.errors else 200


@pages.route("/e-id/area", methods=["GET", "POST"])
@signed_in
def area() -> ResponseReturnValue:
    somebody = ceremonies.here().person
    form = AreaForm(area=_slug(somebody))
    form.area.choices = _areas()
    if form.is_sent():
        try:
            with current.transaction() as session:
                e_id.move(session, somebody, _area(form.area.data))
            return redirect(url_for("me.index"), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    may_move = e_id.may_move(current.session(), somebody)
    return render_template("e_id/area.html", form=form, may_move=may_move), 400 if form.errors else 200


def _known_or_met(mark: str, asked: Ceremony) -> Response:
    """Signs in whom we know by this e-ID; for anybody else the next page asks who they are here."""
    with current.transaction() as session:
        somebody = e_id.whose(session, mark)
        if somebody is not None:
            e_id.note_use(session, somebody, at=current.now())
            way = come_in(somebody, how=How.E_ID, is_shared=asked.is_shared, wanted=asked.way_on)
            word = ""
        else:
            word = begun.begin(
                session, Purpose.MEET_E_ID, at=current.now(), is_shared=asked.is_shared, way_on=asked.way_on, shown=mark
            )  # fmt: skip
            way = url_for("e_id.meet")
    return ceremonies.hand_out(make_response(redirect(way, 303)), word)


def _link(word: str, form: MeetForm, here: Person | None) -> str:
    at = current.now()
    with current.transaction() as session:
        met = begun.end(session, word, Purpose.MEET_E_ID, at=at)
        if here is not None and form.who.data not in ("here", "new"):
            raise Refusal(say("Choose one."), field="who")
        is_new = here is None or form.who.data == "new"
        somebody = people.add(session, language=language.this().tag, at=at) if is_new or here is None else here
        where = _area(form.area.data) if e_id.needs_area(somebody) else None
        e_id.link(session, met.shown, somebody, area=where, at=at)
        if (name := (form.name.data or "").strip()) and not somebody.name:
            people.rename(session, somebody, name)
        return come_in(somebody, how=How.E_ID, is_shared=met.is_shared, wanted=met.way_on)


def _meet_form() -> MeetForm:
    form = MeetForm()
    form.who.choices = [("here", _("Yes, that is me")), ("new", _("No, I am somebody else"))]
    form.area.choices = _areas()
    return form


def _areas() -> list[tuple[str, str]]:
    tag = language.this().tag
    return [("", _("Choose")), *((one.slug, one.name_in(tag)) for one in areas.every(current.session()))]


def _area(slug: str | None) -> Area:
    try:
        return areas.by_slug(current.session(), slug or "")
    except NotFound:
        raise Refusal(say("Choose where you live."), field="area") from None


def _slug(somebody: Person) -> str:
    return areas.by_id(current.session(), somebody.area_id).slug if somebody.area_id is not None else ""


def _failed(refusal: Refusal) -> ResponseReturnValue:
    words = refusal.wording.into(language.this().tag)
    page = make_response(render_template("e_id/failed.html", words=words), 400)
    return ceremonies.hand_out(page, "")


def _back() -> str:
    """Our own address that the broker knows: the same in each language."""
    return f"{current.settings().public_url}{url_for('e_id_back.show')}"


def _key() -> bytes:
    return keys.key(current.settings().data, "e_ids")


def _broker() -> Broker:
    """One for each process. Raises NotFound where no e-ID is offered."""
    if not current.settings().oidc_issuer:
        raise NotFound(say("No e-ID is offered here."))
    found: Broker = current_app.extensions.setdefault("broker", Broker(current.settings()))
    return found
