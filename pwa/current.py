"""Who asks, with which rows, and through which door: each route declares one, so that none is open by mistake."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import database, keys, people, sign_in
from backend.areas import Area
from backend.errors import NotAllowed
from backend.people import Level, Person, Role
from backend.settings import Settings
from backend.sign_in import How
from backend.wording import say

View = TypeVar("View", bound=Callable[..., Any])
GUEST_DAYS = 400  # the longest that browsers keep a cookie


def init(app: Flask) -> None:
    connect(app, database.connect(settings(app).database_url))
    app.teardown_appcontext(_close)
    app.after_request(_keep_signed_in)
    app.after_request(_set_cookies)
    offered = (person, csrf_token, leads_an_area, leads_people)
    app.context_processor(lambda: {one.__name__: one for one in offered})


def connect(app: Flask, engine: Engine) -> None:
    """From now on the application's rows are there."""
    app.extensions["engine"] = engine
    app.extensions["sessions"] = database.sessions(engine)


def settings(app: Flask | None = None) -> Settings:
    found: Settings = (app or current_app).config["SETTINGS"]
    return found


def session() -> Session:
    if "session" not in g:
        g.session = current_app.extensions["sessions"]()
    found: Session = g.session
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    try:
        with database.transaction(session()) as open_session:
            yield open_session
    except BaseException:
        # A rollback lets go of what was read and made: who asks is read anew, and no cookie leads to nobody.
        g.pop("sign_in", None)
        g.pop("new_cookie", None)
        raise


def now() -> datetime:
    """The time of this request, the same for all it does."""
    if "now" not in g:
        g.now = database.now()
    found: datetime = g.now
    return found


def area() -> Area:
    """The area that the address names; pages without one must not ask."""
    found: Area = g.area
    return found


def this_sign_in() -> sign_in.SignIn | None:
    if "sign_in" not in g:
        word = g.new_cookie[0] if "new_cookie" in g else request.cookies.get(cookie_name())
        g.sign_in = sign_in.find(session(), word, at=now()) if word else None
    found: sign_in.SignIn | None = g.sign_in
    return found


def person() -> Person | None:
    """Who is signed in here, guests with a cookie included; None for whoever never wrote anything."""
    found = this_sign_in()
    return found.person if found else None


def known_person() -> Person | None:
    """The same, but only people who signed in."""
    found = person()
    return found if found and found.level >= Level.NEIGHBOUR else None


def leads_an_area() -> bool:
    """Whether who asks is a coordinator somewhere, or of the core team."""
    somebody = known_person()
    return somebody is not None and people.areas_of(somebody, Role.COORDINATOR) != set()


def leads_people() -> bool:
    """Whether who asks gives roles: a coordinator somewhere, the core team, an operator."""
    somebody = known_person()
    return somebody is not None and (leads_an_area() or somebody.has_role(Role.OPERATOR, None))


def person_or_guest() -> Person:
    """Who asks, within an open transaction: makes a guest of whoever comes without a cookie."""
    found = person()
    if found is None:
        found = people.add(session(), language=g.language.tag, at=now(), area_id=g.area.id if g.get("area") else None)
        sign_in_as(found)
    return found


def sign_in_as(somebody: Person, *, how: How = How.GUEST, is_shared: bool = False) -> None:
    """Begins a sign-in, within an open transaction, and hands its cookie out with the answer."""
    word = sign_in.begin(session(), somebody, how=how, at=now(), is_shared=is_shared, device=device_name())
    hand_out(word, somebody, is_shared=is_shared)
    g.pop("sign_in", None)


def hand_out(word: str, somebody: Person, *, is_shared: bool = False) -> None:
    """Gives the browser its sign-in, and scripts a mark of whose it is."""
    g.new_cookie = (word, account_mark(somebody) or "guest", is_shared)


def account_mark(somebody: Person | None) -> str:
    """What a script may know of who is signed in: a mark that tells accounts apart, empty for guests."""
    if somebody is None or somebody.level < Level.NEIGHBOUR:
        return ""
    return keys.keyed_mark(keys.key(settings().data, "accounts"), f"person {somebody.id}")[:16]


def forget() -> None:
    """Takes the cookie away with the answer."""
    g.new_cookie = ("", "", False)
    g.sign_in = None


def cookie_name() -> str:
    return "__Host-innovationsforum" if settings().secure else "innovationsforum"


def csrf_token() -> str:
    """The token of this sign-in's forms; it ends with the sign-in and has no hour of its own."""
    found = this_sign_in()
    bound_to = found.token_mark if found else ""
    return keys.keyed_mark(keys.key(settings().data, "forms"), f"csrf {bound_to}")


def asker_mark() -> str:
    """Marks who asks, for counting guesses: whoever signed in, else the address (IPv6 by its /64), which is not kept.

    A guest's cookie does not count: anybody can get a new one for each guess.
    """
    somebody = known_person()
    return marked(f"person {somebody.id}") if somebody else network_mark()


def network_mark() -> str:
    """Marks from where somebody asks: the address, of IPv6 its /64, since one home has a whole one."""
    return marked(f"address {network(request.remote_addr or '')}")


def marked(what: str) -> str:
    """What is kept of who asks, or for whom, where tries are counted."""
    return keys.keyed_mark(keys.key(settings().data, "askers"), what)


def network(address: str) -> str:
    """ "2001:db8::7" is one of "2001:db8::/64"; an IPv4 address stands for itself, also when written as IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)


def device_name() -> str:
    """A few plain words on the browser, for the list of devices."""
    agent = request.headers.get("User-Agent", "")
    browsers = {"Firefox": "Firefox", "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung", "Chrome": "Chrome"}
    systems = {
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Windows": "Windows",
        "Mac OS": "Mac",
        "Linux": "Linux",
    }
    browser = next((name for sign, name in browsers.items() if sign in agent), "Safari" if "Safari" in agent else "")
    system = next((name for sign, name in systems.items() if sign in agent), "")
    return ", ".join(word for word in (browser, system) if word)


# --- doors ---


def open_to_all(view: View) -> View:
    """Anybody may; what a view shows beyond the public it must decide by may_...()."""
    return _door(view, "open_to_all")


def signed_in(view: View) -> View:
    """Whoever has signed in; others are led to the sign-in page and back."""
    return _guard(view, "signed_in", lambda somebody: True, strongly=False)


def moderates(view: View) -> View:
    """Moderators: of the address's area where it names one, else of any."""
    return _guard(view, "moderates", lambda somebody: _has(somebody, Role.MODERATOR, Role.COORDINATOR))


def coordinates(view: View) -> View:
    """Coordinators: of the address's area where it names one, else of any."""
    return _guard(view, "coordinates", lambda somebody: _has(somebody, Role.COORDINATOR))


def leads(view: View) -> View:
    """Whoever may give roles and limit people: coordinators, the core team and operators."""
    return _guard(view, "leads", lambda somebody: _has(somebody, Role.COORDINATOR, Role.OPERATOR))


def operates(view: View) -> View:
    """Operators."""
    return _guard(view, "operates", lambda somebody: somebody.has_role(Role.OPERATOR, None))


def _guard(view: View, door: str, may: Callable[[Person], bool], *, strongly: bool = True) -> View:
    """A door that few may pass; strongly: only with a passkey or its like, which staff are led to set up."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        somebody = known_person()
        if somebody is None:
            return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")), 303)
        if not may(somebody):
            raise NotAllowed(say("You may not do this here."))
        here = this_sign_in()
        if strongly and here is not None and not here.is_strong:
            return redirect(url_for("passkeys.needed", next=request.full_path.rstrip("?")), 303)
        return view(*args, **values)

    return _door(guarded, door)  # type: ignore[return-value]


def _door(view: Any, door: str) -> Any:
    view.door = door
    return view


def _has(somebody: Person, *roles: Role) -> bool:
    its_areas = people.areas_of(somebody, *roles)
    if its_areas is None:
        return True
    return g.area.id in its_areas if g.get("area") else bool(its_areas)


def _keep_signed_in(response: Response) -> Response:
    """Whoever uses a sign-in keeps it: one short write, at most every ten minutes, after an answer that went well."""
    mine = g.get("sign_in")
    if mine and "new_cookie" not in g and response.status_code < 400 and sign_in.is_stale(mine, at=now()):
        with transaction() as open_session:
            sign_in.keep_alive(open_session, mine, at=now())
    return response


def _set_cookies(response: Response) -> Response:
    if "new_cookie" not in g:
        return response
    word, whose, is_shared = g.new_cookie
    secure, name = settings().secure, cookie_name()
    age = None if is_shared or not word else GUEST_DAYS * 86_400
    for cookie, value, hidden in ((name, word, True), ("somebody", whose, False)):
        if word:
            response.set_cookie(cookie, value, max_age=age, secure=secure, httponly=hidden, samesite="Lax", path="/")
        else:
            response.delete_cookie(cookie, secure=secure, httponly=hidden, samesite="Lax", path="/")
    return response


def _close(_error: BaseException | None) -> None:
    if (open_session := g.pop("session", None)) is not None:
        open_session.close()
