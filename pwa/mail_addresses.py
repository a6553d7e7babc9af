"""My e-mail address and what comes there; and the way out that each mail carries, which needs no sign-in."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from backend import mail_addresses, people, queue
from backend.errors import NotAllowed
from backend.mail_addresses import MailAddress
from backend.people import Person, Role
from backend.wording import say

from . import current
from .current import open_to_all
from .forms import Form, GuestForm

pages = Blueprint("mail_addresses", __name__)


class WishesForm(Form):
    notices = BooleanField(_("Notices by e-mail"))
    daily = BooleanField(_("A daily e-mail while the queue is not empty"))


class RemoveForm(Form):
    """Only its token."""


class LeaveForm(GuestForm):
    """Whoever holds the address of this page holds a mail: it carries its own authority, and no token."""


@pages.app_context_processor
def offer_mine() -> dict[str, object]:
    return {"my_mail": _mine}


@pages.post("/me/mail")
@open_to_all
def choose() -> ResponseReturnValue:
    form, somebody = WishesForm(), _somebody()
    if form.is_sent():
        reads = _reads_a_queue(somebody)
        with current.transaction() as session:
            kept = mail_addresses.of_person(session, somebody)
            daily = form.daily.data if reads else bool(kept and kept.gets_daily)
            mail_addresses.choose(session, somebody, notices=form.notices.data, daily=daily)
    return redirect(url_for("me.index", _anchor="my-mail"), 303)


@pages.route("/me/mail/remove", methods=["GET", "POST"])
@open_to_all
def remove() -> ResponseReturnValue:
    form, somebody = RemoveForm(), _somebody()
    if form.is_sent():
        with current.transaction() as session:
            mail_addresses.forget(session, somebody, at=current.now())
        queue.wake(current.settings())
        return redirect(url_for("me.index", _anchor="my-mail"), 303)
    kept = mail_addresses.of_person(current.session(), somebody)
    if kept is None:
        return redirect(url_for("me.index", _anchor="my-mail"), 303)
    page = render_template("mail_addresses/remove.html", form=form, address=kept.address)
    return page, 400 if form.errors else 200


@pages.route("/mail/leave/<sort>/<word>", methods=["GET", "POST"])
@open_to_all
def leave(sort: str, word: str) -> ResponseReturnValue:
    """GET shows a button, since programs open links by themselves; POST ends it (RFC 8058: without any sign-in)."""
    if sort not in mail_addresses.SORTS:
        abort(404)
    form = LeaveForm()
    if is_done := form.is_sent():
        with current.transaction() as session:
            mail_addresses.leave(session, word, sort)
    else:
        mail_addresses.by_way_out(current.session(), word)
    return render_template("mail_addresses/leave.html", form=form, sort=sort, is_done=is_done)


def _mine() -> tuple[MailAddress | None, WishesForm | None, str]:
    """My address, the form of what I want there, and where to give another one; nothing where there is none."""
    somebody = current.person()
    kept = mail_addresses.of_person(current.session(), somebody)
    ask = url_for("mail_codes.ask") if current.settings().sends_mail else ""
    if somebody is None or kept is None:
        return None, None, ask
    form = WishesForm(formdata=None, notices=kept.gets_notices, daily=kept.gets_daily)
    if not _reads_a_queue(somebody):
        del form.daily
    return kept, form, ask


def _reads_a_queue(somebody: Person) -> bool:
    return people.areas_of(somebody, Role.MODERATOR, Role.COORDINATOR) != set()


def _somebody() -> Person:
    somebody = current.person()
    if somebody is None:
        raise NotAllowed(say("You may not do this here."))
    return somebody
