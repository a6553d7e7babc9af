"""Making, using and taking away passkeys; and the page on which staff show once more who they are."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField

from backend import app_codes, passkeys, proofs
from backend import ceremonies as begun
from backend.ceremonies import Purpose
from backend.errors import NotFound, Refusal
from backend.sign_in import How, SignIn
from backend.wording import say

from . import ceremonies, current
from .current import open_to_all, signed_in
from .forms import Form, GuestForm
from .next_page import asked_for
from .sign_in import come_in

pages = Blueprint("passkeys", __name__)


class AddForm(Form):
    name = StringField(_("What shall we call this passkey?"))
    answer = HiddenField()
    next = HiddenField()


class UseForm(GuestForm):
    is_shared = BooleanField(_("This is a shared phone"))
    answer = HiddenField()
    next = HiddenField()


@pages.route("/passkeys/", methods=["GET", "POST"])
@signed_in
def index() -> ResponseReturnValue:
    here, form = ceremonies.here(), AddForm(next=asked_for())
    if form.is_sent():
        try:
            _add(here, form)
            return ceremonies.hand_out(redirect(asked_for() or url_for("passkeys.index"), 303), "")
        except Refusal as refusal:
            form.refuse(refusal)
    return _index(ceremonies.here(), form), 400 if form.errors else 200


@pages.post("/passkeys/options")
@signed_in
def options_to_add() -> ResponseReturnValue:
    here = ceremonies.here()
    if not AddForm().is_sent():
        raise Refusal(say("This page was open for too long, or somebody else signed in. Send it again."))
    proofs.make_sure_may_change(current.session(), here)
    with current.transaction() as session:
        word = begun.begin(session, Purpose.ADD_PASSKEY, at=current.now(), person=here.person)
        options = passkeys.options_to_add(session, _site(), here.person, word)
    return _options(options, word)


@pages.post("/passkeys/<int:number>/remove")
@signed_in
def remove(number: int) -> ResponseReturnValue:
    here, form = ceremonies.here(), Form()
    if form.is_sent():
        try:
            with current.transaction() as session:
                proofs.make_sure_may_change(session, here)
                passkeys.take_away(session, here.person, number)
            return redirect(url_for("passkeys.index"), 303)
        except NotFound:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
    return _index(ceremonies.here(), AddForm(formdata=None), form), 400


@pages.route("/sign-in/passkey", methods=["GET", "POST"])
@open_to_all
def use() -> ResponseReturnValue:
    form = UseForm(next=asked_for())
    if form.is_sent():
        try:
            return ceremonies.hand_out(redirect(_use(form), 303), "")
        except Refusal as refusal:
            form.refuse(refusal)
    return _shown("passkeys/use.html", form=form), 400 if form.errors else 200


@pages.post("/sign-in/passkey/options")
@open_to_all
def options_to_use() -> ResponseReturnValue:
    with current.transaction() as session:
        word = begun.begin(session, Purpose.USE_PASSKEY, at=current.now())
    return _options(passkeys.options_to_use(_site(), word), word)


@pages.get("/sign-in/strong")
@signed_in
def needed() -> ResponseReturnValue:
    """Where the doors of staff lead whoever has signed in, but not strongly."""
    here, wanted = ceremonies.here(), asked_for()
    if here.is_strong:
        return redirect(wanted or url_for("me.index"), 303)
    session, somebody = current.session(), here.person
    return _shown(
        "passkeys/needed.html", next=wanted, may_change=proofs.may_change(session, here),
        has_passkey=passkeys.count(session, somebody) > 0, has_app=app_codes.is_set_up(session, somebody),
        use_form=UseForm(next=wanted), add_form=AddForm(next=wanted), is_trusted=here.how in proofs.TRUSTED,
    )  # fmt: skip


def _add(here: SignIn, form: AddForm) -> None:
    word = ceremonies.word()
    with current.transaction() as session:
        begun.end(session, word, Purpose.ADD_PASSKEY, at=current.now(), by=here.person)
    with current.transaction() as session:
        proofs.make_sure_may_change(session, here)
        passkeys.add(
            session, _site(), here.person, word=word, answer=form.answer.data or "", name=form.name.data or "",
            at=current.now(),
        )  # fmt: skip
        ceremonies.go_in_stronger(here, How.PASSKEY)


def _use(form: UseForm) -> str:
    """Signs in whose passkey it is, and says where they go on."""
    word, before = ceremonies.word(), current.this_sign_in()
    is_shared = bool(form.is_shared.data) or (before.is_shared if before else False)
    with current.transaction() as session:
        begun.end(session, word, Purpose.USE_PASSKEY, at=current.now())
    with current.transaction() as session:
        somebody = passkeys.use(session, _site(), word=word, answer=form.answer.data or "", at=current.now())
        return come_in(somebody, how=How.PASSKEY, is_shared=is_shared)


def _index(here: SignIn, form: AddForm, removing: Form | None = None) -> str:
    session, somebody = current.session(), here.person
    return _shown(
        "passkeys/index.html", form=form, removing=removing or form, passkeys=passkeys.of_person(session, somebody),
        may_change=proofs.may_change(session, here), has_app=app_codes.is_set_up(session, somebody),
        codes_left=app_codes.recovery_codes_left(session, somebody), next=asked_for(), is_staff=somebody.is_staff,
    )  # fmt: skip


def _shown(template: str, **values: object) -> str:
    """Each of these pages knows where passkeys work, and says so where they do not."""
    return render_template(template, site=passkeys.site(current.settings()), **values)


def _options(options: str, word: str) -> Response:
    response = make_response(options)
    response.mimetype = "application/json"
    return ceremonies.hand_out(response, word)


def _site() -> passkeys.Site:
    found = passkeys.site(current.settings())
    if found is None:
        raise NotFound(say("Passkeys do not work at this address."))
    return found
