"""Redeeming a slip on its page: what is kept, what is refused, and how guessing ends."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import areas, database, ideas, keys, people, slips
from backend.people import Level, Person
from backend.settings import Settings
from tests.conftest import browser, signed_in
from tests.makers import an_idea, seved

PAGE = "/en/sign-in/slip"
WRONG = "4539 1488 0343 6467"  # its digits are well formed, but no slip has them


def look_again(session: Session) -> None:
    """Lets go of what was read before, so that what the application wrote is seen."""
    session.rollback()
    session.expire_all()


@pytest.fixture
def digits(session: Session, surroundings: Settings) -> str:
    """A fresh slip of Seved."""
    key = keys.key(surroundings.data, "slips")
    _, numbers = slips.make_batch(session, key, seved(session), 1, at=database.now())
    session.commit()
    return numbers[0]


def test_a_slip_makes_a_resident_with_a_name(client: FlaskClient, session: Session, digits: str) -> None:
    answer = client.post(PAGE, data={"digits": digits, "name": "Hodan"})

    assert (answer.status_code, answer.location) == (303, "/en/me/")
    mine = client.get("/en/me/mine").json
    assert (mine["name"], mine["level"]) == ("Hodan", Level.RESIDENT)
    assert "You may vote in Seved" in client.get("/en/me/").text


def test_a_guest_keeps_what_they_wrote(app: Flask, session: Session, digits: str) -> None:
    guest = people.add(session, language="sv", at=database.now())
    idea = an_idea(session, areas.by_slug(session, "seved"), guest)
    client = signed_in(app, session, guest)

    client.post(PAGE, data={"digits": digits})

    look_again(session)
    author = session.get_one(Person, session.get_one(ideas.Idea, idea.id).author_id)
    assert (author.id, author.level) == (guest.id, Level.RESIDENT)
    assert f"Idea {idea.id}" in client.get("/en/me/").text


def test_the_guests_old_cookie_ends(app: Flask, session: Session, digits: str) -> None:
    client = signed_in(app, session, people.add(session, language="sv", at=database.now()))
    before = client.get_cookie("innovationsforum")
    assert before is not None

    client.post(PAGE, data={"digits": digits, "name": "Hodan"})

    copied = browser(app)
    copied.set_cookie("innovationsforum", before.value)
    assert copied.get("/en/me/mine").json["level"] == 0


def test_what_was_typed_stands_there_again_when_it_is_refused(client: FlaskClient, session: Session) -> None:
    answer = client.post(PAGE, data={"digits": "4539 1488", "name": "Hodan"})

    assert answer.status_code == 400
    assert 'value="4539 1488"' in answer.text
    assert 'value="Hodan"' in answer.text
    assert "A slip has 16 digits" in answer.text
    assert client.get_cookie("innovationsforum") is None


def test_a_refused_slip_makes_nobody(client: FlaskClient, session: Session) -> None:
    session.commit()  # the session lets go of its lock, or the page would wait for it

    answer = client.post(PAGE, data={"digits": WRONG, "name": "x" * 61})

    assert answer.status_code == 400
    assert session.scalars(select(Person)).all() == []


def test_a_name_that_is_refused_leaves_the_slip_whole(client: FlaskClient, session: Session, digits: str) -> None:
    refused = client.post(PAGE, data={"digits": digits, "name": "x" * 61})

    assert refused.status_code == 400
    assert client.post(PAGE, data={"digits": digits, "name": "Hodan"}).status_code == 303


def test_the_eleventh_guess_is_not_heard_though_it_be_right(client: FlaskClient, session: Session, digits: str) -> None:
    for _ in range(10):
        assert "does not work" in client.post(PAGE, data={"digits": WRONG}).text

    answer = client.post(PAGE, data={"digits": digits})

    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert 3000 < int(answer.headers["Retry-After"]) <= 3601


def test_a_new_guests_cookie_gives_no_new_guesses(app: Flask, session: Session, digits: str) -> None:
    for _ in range(10):
        guest = signed_in(app, session, people.add(session, language="sv", at=database.now()))
        guest.post(PAGE, data={"digits": WRONG})

    assert "Too many tries" in browser(app).post(PAGE, data={"digits": digits}).text


def test_twelve_neighbours_redeem_over_one_network(app: Flask, session: Session, surroundings: Settings) -> None:
    key = keys.key(surroundings.data, "slips")
    _, numbers = slips.make_batch(session, key, seved(session), 12, at=database.now())
    session.commit()

    assert {browser(app).post(PAGE, data={"digits": number}).status_code for number in numbers} == {303}


def test_a_typing_error_is_no_guess(client: FlaskClient, session: Session, digits: str) -> None:
    for _ in range(12):
        client.post(PAGE, data={"digits": "4539 1488 0343 6468"})

    assert client.post(PAGE, data={"digits": digits}).status_code == 303


def test_the_page_is_read_in_every_language(client: FlaskClient, session: Session) -> None:
    for tag in ("sv", "en", "ar"):
        page = client.get(f"/{tag}/sign-in/slip")
        assert page.status_code == 200
        assert 'inputmode="numeric"' in page.text
        assert 'dir="ltr"' in page.text


def test_a_phone_that_lost_its_answer_sends_the_same_again_and_is_in(app: Flask, session: Session, digits: str) -> None:
    phone = browser(app)
    sent = {"digits": digits, "again": "w" * 43, "name": "Hodan"}
    phone.post(PAGE, data=sent)
    phone.delete_cookie("innovationsforum")  # as if the answer had never come

    answer = phone.post(PAGE, data=sent)

    assert answer.status_code == 303
    assert phone.get("/en/me/mine").json["name"] == "Hodan"
    assert phone.get("/en/me/").text.count("With a slip") == 1, "the sign-in that was lost has ended"
    stranger = browser(app)
    assert stranger.post(PAGE, data={**sent, "again": "v" * 43}).status_code == 400
    assert stranger.post(PAGE, data={**sent, "again": ""}).status_code == 400


def test_nobody_comes_in_by_the_back_button_after_signing_out(app: Flask, session: Session, digits: str) -> None:
    phone = browser(app)
    sent = {"digits": digits, "again": "w" * 43}
    phone.post(PAGE, data=sent)
    token = phone.get("/en/me/mine").json["token"]
    phone.post("/en/sign-out", data={"csrf_token": token})

    assert phone.post(PAGE, data=sent).status_code == 400
    assert phone.get("/en/me/mine").json["level"] == 0


def test_a_slip_on_a_shared_phone_ends_with_its_browser(client: FlaskClient, session: Session, digits: str) -> None:
    kept = client.post(PAGE, data={"digits": digits, "is_shared": "y"}).headers.getlist("Set-Cookie")

    assert kept
    assert not any("Max-Age" in one or "Expires" in one for one in kept)


def test_each_page_carries_a_word_of_its_own(client: FlaskClient, session: Session) -> None:
    words = {re.search(r'name="again"[^>]*value="([^"]{40,})"', client.get(PAGE).text)[1] for _ in range(2)}

    assert len(words) == 2
