"""Signing in with a code by mail, and giving one's own page an address. Opening the mail's link uses nothing up."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField

from backend import attempts, keys, mail_addresses, mail_codes, queue
from backend.errors import NotFound, Refusal
from backend.mail_codes import MailCode
from backend.sign_in import How
from backend.wording import say

from . import current, language
from .current import open_to_all
from .forms import GuestForm
from .next_page import asked_for
from .sign_in import come_in

pages = Blueprint("mail_codes", __name__)


class AddressForm(GuestForm):
    address = StringField(_("Your e-mail address"))
    next = HiddenField()


class CodeForm(GuestForm):
    code = StringField(_("The code from the mail"))
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


class LinkForm(GuestForm):
    is_shared = BooleanField(_("This is a shared phone"))
    next = HiddenField()


@pages.route("/sign-in/mail", methods=["GET", "POST"])
@open_to_all
def ask() -> ResponseReturnValue:
    """For whoever is signed in it gives their own page an address, else it signs in."""
    _make_sure_mail_is_sent()
    form, somebody = AddressForm(next=asked_for()), current.known_person()
    if form.is_sent():
        try:
            address = mail_addresses.clean(form.address.data)
            return redirect(url_for("mail_codes.enter", word=_send(address), next=asked_for() or None), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    mine = mail_addresses.of_person(current.session(), somebody)
    page = render_template("mail_codes/ask.html", form=form, somebody=somebody, mine=mine)
    return page, 400 if form.errors else 200


@pages.route("/sign-in/mail/<word>", methods=["GET", "POST"])
@open_to_all
def enter(word: str) -> ResponseReturnValue:
    """The page that asked: the typed code works here, though the link was opened in another browser."""
    form, at = CodeForm(next=asked_for()), current.now()
    try:
        code = mail_codes.asked_for(current.session(), word, at=at)
    except Refusal as refusal:
        return _over(refusal)
    if not mail_codes.may_use(code, current.known_person()):
        return _elsewhere()
    if form.is_sent():
        try:
            return redirect(_try(word, form), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "mail_codes/enter.html",
        form=form,
        code=code,
        word=word,
        minutes=mail_codes.MINUTES,
        is_mine=bool(code.person_id),
    )
    return page, 400 if form.errors else 200


@pages.route("/sign-in/mail/link/<word>", methods=["GET", "POST"])
@open_to_all
def link(word: str) -> ResponseReturnValue:
    """Mail scanners open links, so only the button uses the code up."""
    form, at = LinkForm(next=asked_for()), current.now()
    try:
        code = mail_codes.linked(current.session(), word, at=at)
        if not mail_codes.may_use(code, current.known_person()):
            return _elsewhere()
        if form.is_sent():
            with current.transaction() as session:
                next_page = _let_in(mail_codes.use_link(session, word, at=at), bool(form.is_shared.data))
            queue.wake(current.settings())  # an address that was left is told of it
            return redirect(next_page, 303)
    except Refusal as refusal:
        return _over(refusal)
    return render_template("mail_codes/link.html", form=form, code=code, is_mine=bool(code.person_id))


def _send(address: str) -> str:
    """Counts the asking, whatever comes of it, and sends a code; the same for known and unknown addresses."""
    at, somebody = current.now(), current.known_person()
    counted = [("mail_to", current.marked(f"mailbox {_mailbox(address)}")), ("mail_from", current.network_mark())]
    if somebody is not None:
        counted.append(("mail_by", current.asker_mark()))
    with current.transaction() as session:
        for kind, whose in counted:
            attempts.record(session, kind, whose, at=at)
    with current.transaction() as session:
        for kind, whose in counted:
            attempts.make_sure_few(session, kind, whose, at=at)
        word = mail_codes.ask(
            session, _key(), address, language=language.this().tag, at=at, by=somebody, next_page=asked_for()
        )
    queue.wake(current.settings())
    return word


def _try(word: str, form: CodeForm) -> str:
    """Counts the try and keeps the count, whatever comes of it. Then lets in, and says where to go on."""
    at, digits = current.now(), mail_codes.read(form.code.data)
    with current.transaction() as session:
        mail_codes.count_try(session, word, at=at)
    with current.transaction() as session:
        code = mail_codes.use_code(session, _key(), word, digits, at=at)
        next_page = _let_in(code, bool(form.is_shared.data))
    queue.wake(current.settings())
    return next_page


def _let_in(code: MailCode, is_shared: bool) -> str:
    """Within an open transaction. Whoever gave their own page an address stays signed in as they were."""
    somebody = mail_codes.person_of(current.session(), code, language=language.this().tag, at=current.now())
    if code.person_id:
        return asked_for() or url_for("me.index")
    return come_in(somebody, how=How.MAIL, is_shared=is_shared)


def _over(refusal: Refusal) -> ResponseReturnValue:
    return render_template("mail_codes/over.html", words=refusal.wording.into(language.this().tag)), 410


def _elsewhere() -> ResponseReturnValue:
    return render_template("mail_codes/elsewhere.html"), 403


def _make_sure_mail_is_sent() -> None:
    if not current.settings().sends_mail:
        raise NotFound(say("This forum sends no mail. Sign in with a slip or with the code at the meeting place."))


def _mailbox(address: str) -> str:
    """What many addresses may lead to: "ana+1@..." and "ana+2@..." are one mailbox."""
    name, _at, host = address.rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _key() -> bytes:
    return keys.key(current.settings().data, "mail-codes")
