"""Signing in by mail as browsers do it: scanners, other browsers, guesses, bombs, and what a page gives away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import database, mail_addresses, people
from backend.mail import Letter
from backend.people import Level, Person
from tests.conftest import browser, signed_in
from tests.makers import an_idea, ana, bo, seved
from tests.pwa.test_sign_in import AWAY

ASK = "/en/sign-in/mail"
HERS = "ana@example.org"


def asked(client: FlaskClient, session: Session, address: str = HERS, **more: str) -> tuple[str, str, str]:
    """The page for the code, the digits, and the link of the letter."""
    answer = client.post(ASK, data={"address": address, **more})
    assert answer.status_code == 303, answer.text
    session.rollback()
    letter = session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    return answer.location, letter.values["code"].replace(" ", ""), letter.values["link"]


def level(client: FlaskClient) -> int:
    return int(client.get("/en/me/mine").json["level"])


@pytest.fixture
def hers(session: Session) -> Person:
    """Ana, who confirmed her address before."""
    person = ana(session, seved(session))
    mail_addresses.confirm(session, person, HERS, at=database.now())
    session.commit()
    return person


def test_a_typed_code_makes_a_neighbour(client: FlaskClient, session: Session) -> None:
    session.commit()
    page, digits, _ = asked(client, session)

    answer = client.post(page, data={"code": f"{digits[:3]} {digits[3:]}"})

    assert (answer.status_code, answer.location) == (303, "/en/me/")
    assert level(client) == Level.NEIGHBOUR
    assert "With a code by e-mail" in client.get("/en/me/").text


def test_a_known_address_signs_its_owner_in(client: FlaskClient, session: Session, hers: Person) -> None:
    page, digits, _ = asked(client, session, " ANA@Example.ORG ")

    client.post(page, data={"code": digits})

    assert client.get("/en/me/mine").json["name"] == "Ana"


def test_nobody_learns_whether_an_address_is_known(app: Flask, session: Session, hers: Person) -> None:
    known, unknown = browser(app).post(ASK, data={"address": HERS}), browser(app).post(ASK, data={"address": "x@y.se"})
    pages = [
        browser(app).get(one.location).text.replace(address, "")
        for one, address in ((known, HERS), (unknown, "x@y.se"))
    ]

    assert known.status_code == unknown.status_code == 303
    assert len(known.location) == len(unknown.location)
    word = re.compile(r"/sign-in/mail/[\w-]+")
    assert word.sub("", pages[0]) == word.sub("", pages[1])


def test_scanners_use_nothing_up(app: Flask, client: FlaskClient, session: Session, hers: Person) -> None:
    page, digits, link = asked(client, session)

    for method in (browser(app).get, browser(app).head, browser(app).get):
        assert method(link).status_code == 200

    assert client.post(page, data={"code": digits}).status_code == 303


def test_the_link_works_in_another_browser_and_there_alone(
    app: Flask, client: FlaskClient, session: Session, hers: Person
) -> None:
    page, digits, link = asked(client, session)
    other = browser(app)

    assert other.post(link).status_code == 303

    assert other.get("/en/me/mine").json["name"] == "Ana"
    assert level(client) == Level.GUEST
    assert client.post(page, data={"code": digits}).status_code == 410
    assert browser(app).post(link).status_code == 410


def test_the_typed_code_works_without_the_cookies_of_the_page_that_asked(
    app: Flask, client: FlaskClient, session: Session, hers: Person
) -> None:
    page, digits, _ = asked(client, session)
    installed = browser(app)

    assert installed.post(page, data={"code": digits}).status_code == 303
    assert installed.get("/en/me/mine").json["name"] == "Ana"


def test_the_sixth_try_is_not_heard_though_it_be_right(client: FlaskClient, session: Session, hers: Person) -> None:
    page, digits, _ = asked(client, session)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    said = [client.post(page, data={"code": wrong}) for _ in range(5)]

    late = client.post(page, data={"code": digits})

    assert [one.status_code for one in said] == [400] * 5
    assert late.status_code in (400, 410)
    assert "Ask for a new one" in late.text
    assert level(client) == Level.GUEST


def test_a_typing_error_is_no_try(client: FlaskClient, session: Session, hers: Person) -> None:
    page, digits, _ = asked(client, session)
    for typed in ("", "12", "abcdef", "\x00", "1234567"):
        assert client.post(page, data={"code": typed}).status_code == 400

    assert client.post(page, data={"code": digits}).status_code == 303


@pytest.mark.thorough
def test_a_mailbox_gets_ten_codes_a_day(app: Flask, session: Session) -> None:
    session.commit()
    ways = [browser(app) for _ in range(12)]
    addresses = [HERS, "ana+1@example.org", "ANA+2@example.org"] * 4
    answers = [way.post(ASK, data={"address": one}) for way, one in zip(ways, addresses, strict=True)]

    assert [one.status_code for one in answers] == [303] * 10 + [429] * 2
    assert "hour" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 80_000
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Letter)) == 10


def test_a_network_bombs_nobody(app: Flask, session: Session) -> None:
    session.commit()
    answers = [
        browser(app).post(
            ASK, data={"address": f"a{number}@example.org"},
            environ_overrides={"REMOTE_ADDR": f"2001:db8::{number:x}:1:2:3"},
        ).status_code
        for number in range(42)
    ]  # fmt: skip

    assert answers == [303] * 40 + [429] * 2


@pytest.mark.parametrize(
    "typed", ["", "ana", "a@b", "a@b.se\r\nBcc: c@d.se", "a@b.se, c@d.se", "\x00@b.se", "a" * 300 + "@b.se", "<a@b.se>"]
)
def test_what_is_no_address_gets_no_mail(client: FlaskClient, session: Session, typed: str) -> None:
    session.commit()

    answer = client.post(ASK, data={"address": typed})

    assert answer.status_code == 400
    session.rollback()
    assert session.scalars(select(Letter)).all() == []


@pytest.mark.parametrize("wanted", AWAY)
def test_signing_in_by_mail_never_leads_to_another_site(
    client: FlaskClient, session: Session, hers: Person, wanted: str
) -> None:
    page, digits, link = asked(client, session, next=wanted)

    answer = client.post(page, data={"code": digits, "next": wanted}, query_string={"next": wanted})

    assert "next" not in link
    assert answer.location == "/en/me/"


def test_signing_in_by_mail_leads_on_to_where_one_wanted_to_go(
    app: Flask, client: FlaskClient, session: Session, hers: Person
) -> None:
    page, _, link = asked(client, session, next="/en/seved/votes/3")

    assert "next=" in page
    assert browser(app).post(link).location == "/en/seved/votes/3"


def test_a_guests_things_are_asked_for_and_taken_along(app: Flask, session: Session, hers: Person) -> None:
    guest = people.add(session, language="sv", at=database.now())
    idea = an_idea(session, seved(session, slug="seved2"), guest)
    phone = signed_in(app, session, guest)
    before = phone.get_cookie("innovationsforum")
    page, digits, _ = asked(phone, session)

    answer = phone.post(page, data={"code": digits, "next": "/en/seved/"})
    question = phone.get(answer.location)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', question.text)[1]
    on = phone.post(answer.location, data={"csrf_token": token, "answer": "yes", "next": "/en/seved/"})

    assert answer.location == "/en/sign-in/take-along?next=/en/seved/"
    assert "1 idea" in question.text
    assert on.location == "/en/seved/"
    assert f"Idea {idea.id}" in phone.get("/en/me/").text
    assert phone.get_cookie("innovationsforum").value != before.value
    assert phone.get(answer.location).status_code == 303, "it is asked once"


def test_a_no_leaves_it_with_the_guest(app: Flask, session: Session, hers: Person) -> None:
    guest = people.add(session, language="sv", at=database.now())
    idea = an_idea(session, seved(session, slug="seved2"), guest)
    phone = signed_in(app, session, guest)
    page, digits, _ = asked(phone, session)
    question = phone.post(page, data={"code": digits}).location
    token = phone.get("/en/me/mine").json["token"]

    for sent in ({"answer": "yes"}, {"answer": "yes", "csrf_token": "x"}, {"answer": "?", "csrf_token": token}):
        assert phone.post(question, data=sent).status_code in (200, 400), "neither without a token nor without a word"
    phone.post(question, data={"answer": "no", "csrf_token": token})

    session.rollback()
    session.expire_all()
    assert session.get_one(type(idea), idea.id).author_id == guest.id
    assert "Idea" not in phone.get("/en/me/").text.replace("Ideas", "")


def test_who_is_signed_in_gives_their_own_page_an_address(app: Flask, session: Session) -> None:
    person = bo(session, seved(session))
    phone = signed_in(app, session, person)
    page, digits, link = asked(phone, session, "bo@example.org")

    assert browser(app).get(link).status_code == 403, "the link gives nobody else's page an address"
    assert browser(app).post(link).status_code == 403
    assert browser(app).post(page, data={"code": digits}).status_code == 403
    assert phone.post(page, data={"code": digits}).status_code == 303

    session.rollback()
    assert mail_addresses.person_of(session, "bo@example.org").id == person.id
    assert phone.get("/en/me/mine").json["name"] == "Bo"


def test_a_stolen_page_can_not_take_anothers_address(app: Flask, session: Session, hers: Person) -> None:
    thief = signed_in(app, session, bo(session, seved(session, slug="seved2")))
    page, digits, _ = asked(thief, session)

    answer = thief.post(page, data={"code": digits})

    assert answer.status_code == 400
    assert "Somebody else uses this address" in answer.text


def test_a_shared_phone_forgets_with_its_browser(client: FlaskClient, session: Session, hers: Person) -> None:
    page, digits, _ = asked(client, session)

    kept = client.post(page, data={"code": digits, "is_shared": "y"}).headers.getlist("Set-Cookie")

    assert kept
    assert not any("Max-Age" in one or "Expires" in one for one in kept)


@pytest.mark.parametrize("word", ["x", "%00", "a" * 3000, "..", "%F0%9F%99%82"])
def test_a_wrong_word_is_a_clear_page(client: FlaskClient, session: Session, word: str) -> None:
    session.commit()
    for address in (f"/ar/sign-in/mail/{word}", f"/ar/sign-in/mail/link/{word}"):
        for method in (client.get, client.post):
            assert method(address).status_code in (404, 410)
