"""Signing in and out, as browsers do it, and what must not come of it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import database, people, sign_in
from tests.conftest import browser, signed_in
from tests.makers import ana, karin, mira, seved

COOKIE = "innovationsforum"

AWAY = [
    "//e.example", "/\\e.example", "\\\\e.example", "///e.example", "/\t/e.example", "/\n/e.example", "/\r/e.example",
    "\t//e.example", " //e.example", "https:e.example", "https://e.example", "http:/e.example", "javascript:alert(1)",
    "e.example", "/%09/e.example/\\", "/sv/\\e.example", "/sv/\u00a0", "/.", "/@e.example", "/?next=//e", "/#",
    "/sv/\x00",
]  # fmt: skip


def an_address(session: Session, person: people.Person) -> str:
    word = sign_in.address_for(session, person, at=database.now())
    session.commit()
    return f"/sv/sign-in/{word}"


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def test_the_page_says_how_to_sign_in_without_a_password(client: FlaskClient) -> None:
    page = client.get("/en/sign-in/")

    assert page.status_code == 200
    assert "There is no password" in page.text


def test_opening_an_address_shows_for_whom_it_is_and_consumes_nothing(client: FlaskClient, session: Session) -> None:
    address = an_address(session, mira(session, seved(session)))

    for method in (client.get, client.head, client.get):
        assert method(address).status_code == 200

    assert "Mira" in client.get(address).text
    assert client.get_cookie(COOKIE) is None
    assert client.post(address).status_code == 303


def test_an_address_signs_in_once(app: Flask, client: FlaskClient, session: Session) -> None:
    address = an_address(session, ana(session, seved(session)))

    first, second = client.post(address), browser(app).post(address)

    assert (first.status_code, first.location) == (303, "/sv/me/")
    assert second.status_code == 410
    assert "sign-in/" in second.text
    assert client.get("/sv/me/mine").json["name"] == "Ana"


@pytest.mark.parametrize("word", ["nonsense", "%00", "a" * 3000, "..", "'--"])
def test_a_wrong_address_is_a_clear_page(client: FlaskClient, session: Session, word: str) -> None:
    answer = client.get(f"/ar/sign-in/{word}")

    assert answer.status_code in (404, 410)
    assert 'dir="rtl"' in answer.text


@pytest.mark.parametrize(("who", "where"), [(mira, "/sv/moderation/"), (karin, "/sv/coordination/"), (ana, "/sv/me/")])
def test_everybody_lands_where_their_work_is(client: FlaskClient, session: Session, who: object, where: str) -> None:
    address = an_address(session, who(session, seved(session)))  # type: ignore[operator]

    assert client.post(address).location == where


@pytest.mark.parametrize("wanted", ["/sv/seved/votes/3", "/en/me/", "/", "/ar/seved/ideas/?page=2"])
def test_signing_in_leads_on_to_where_one_wanted_to_go(client: FlaskClient, session: Session, wanted: str) -> None:
    address = an_address(session, ana(session, seved(session)))

    assert client.post(address, data={"next": wanted}).location == wanted


@pytest.mark.parametrize("wanted", AWAY)
def test_signing_in_never_leads_to_another_site(client: FlaskClient, session: Session, wanted: str) -> None:
    address = an_address(session, ana(session, seved(session)))

    shown = client.get(address, query_string={"next": wanted})
    answer = client.post(address, data={"next": wanted}, query_string={"next": wanted})

    assert 'name="next" type="hidden" value=""' in shown.text
    assert answer.location == "/sv/me/"


def test_a_closed_page_leads_to_signing_in_and_back(client: FlaskClient, session: Session) -> None:
    there = client.get("/sv/moderation/")
    page = client.get(there.location)

    assert there.location == "/sv/sign-in/?next=/sv/moderation/"
    assert "/sv/sign-in/slip?next=/sv/moderation/" in page.text


def test_a_cookie_from_before_is_worth_nothing_after_signing_in(app: Flask, session: Session) -> None:
    guest = people.add(session, language="sv", at=database.now())
    address = an_address(session, ana(session, seved(session)))
    client = signed_in(app, session, guest)
    before = cookie(client)

    client.post(address)

    assert cookie(client) != before
    copied = browser(app)
    copied.set_cookie(COOKIE, before)
    assert copied.get("/sv/me/mine").json["name"] == ""


def test_an_address_asks_whether_what_a_guest_wrote_comes_along(app: Flask, session: Session) -> None:
    address = an_address(session, ana(session, seved(session)))
    phone = browser(app)
    phone.post("/sv/seved/ideas/", data={"text": "En bänk"})

    assert phone.post(address).location == "/sv/sign-in/take-along?next=/sv/me/"


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, session: Session) -> None:
    client = signed_in(app, session, ana(session, seved(session)))
    word = cookie(client)

    answer = client.post("/sv/sign-out", data={"csrf_token": token(client.get("/sv/sign-out").text)})

    assert answer.status_code == 303
    assert client.get_cookie(COOKIE) is None
    copied = browser(app)
    copied.set_cookie(COOKIE, word)
    assert copied.get("/sv/me/mine").json["level"] == 0


def test_reading_the_sign_out_page_ends_nothing(app: Flask, session: Session) -> None:
    client = signed_in(app, session, ana(session, seved(session)))

    client.get("/sv/sign-out")

    assert client.get("/sv/me/mine").json["name"] == "Ana"


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "x"}, {"csrf_token": "å" * 5000}])
def test_signing_out_needs_its_token(app: Flask, session: Session, sent: dict[str, str]) -> None:
    client = signed_in(app, session, ana(session, seved(session)))

    assert client.post("/sv/sign-out", data=sent).status_code == 400
    assert client.get("/sv/me/mine").json["name"] == "Ana"


def test_signing_out_everywhere_ends_the_other_phones(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    one, other = signed_in(app, session, person), signed_in(app, session, person)
    page = one.get("/sv/sign-out").text

    one.post("/sv/sign-out", data={"csrf_token": token(page), "everywhere": "y"})

    assert other.get("/sv/me/mine").json["name"] == ""


def test_a_shared_phone_forgets_with_its_browser(client: FlaskClient, session: Session) -> None:
    address = an_address(session, ana(session, seved(session)))

    kept = client.post(address, data={"is_shared": "y"}).headers.getlist("Set-Cookie")

    assert kept
    assert not any("Max-Age" in one or "Expires" in one for one in kept)


def test_another_site_signs_nobody_in(client: FlaskClient, session: Session) -> None:
    address = an_address(session, ana(session, seved(session)))

    refused = client.post(address, headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 403
    assert client.post(address).status_code == 303
