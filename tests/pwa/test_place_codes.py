"""The screen at the meeting place, and the page where its code is typed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import areas, database, keys, people, place_codes
from backend.people import Level
from backend.settings import Settings
from backend.sign_in import How
from tests.conftest import browser, signed_in
from tests.makers import an_idea, ana, karin, lindangen, mira, seved

PAGE = "/en/sign-in/place"


@pytest.fixture
def code(session: Session, surroundings: Settings) -> str:
    """What Seved's screen shows now."""
    area = seved(session)
    place_codes.show(session, area, by=karin(session, area), at=database.now())
    session.commit()
    return place_codes.code(keys.key(surroundings.data, "place"), area.id, at=database.now())


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 10**6:06}"


def level(client: FlaskClient) -> int:
    return int(client.get("/en/me/mine").json["level"])


def test_the_code_makes_a_neighbour_with_a_name(client: FlaskClient, session: Session, code: str) -> None:
    answer = client.post(PAGE, data={"code": f"{code[:3]} {code[3:]}", "name": "Hodan"})

    assert (answer.status_code, answer.location) == (303, "/en/me/")
    mine = client.get("/en/me/mine").json
    assert (mine["name"], mine["level"]) == ("Hodan", Level.NEIGHBOUR)
    assert "With the code at the meeting place" in client.get("/en/me/").text


def test_a_guest_is_raised_and_keeps_what_is_theirs(app: Flask, session: Session, code: str) -> None:
    guest = people.add(session, language="sv", at=database.now())
    idea = an_idea(session, areas.by_slug(session, "seved"), guest)
    phone = signed_in(app, session, guest, how=How.GUEST)
    before = phone.get_cookie("innovationsforum").value

    assert phone.post(PAGE, data={"code": code}).location == "/en/me/"

    assert f"Idea {idea.id}" in phone.get("/en/me/").text
    assert phone.get_cookie("innovationsforum").value != before


def test_where_several_screens_are_on_one_says_where_one_is(
    client: FlaskClient, session: Session, surroundings: Settings, code: str
) -> None:
    there = lindangen(session)
    place_codes.show(session, there, by=karin(session, there), at=database.now())
    session.commit()

    assert client.post(PAGE, data={"code": code}).status_code == 400
    assert client.post(PAGE, data={"code": code, "area": "nowhere"}).status_code == 400
    assert client.post(PAGE, data={"code": code, "area": there.slug}).status_code == 400
    assert client.post(PAGE, data={"code": code, "area": "seved"}).status_code == 303


def test_without_a_screen_the_page_names_the_other_ways(client: FlaskClient, session: Session) -> None:
    seved(session)
    session.commit()

    page = client.get(PAGE)

    assert "No meeting place shows a code" in page.text
    assert "/en/sign-in/" in page.text
    assert client.post(PAGE, data={"code": "123456"}).status_code == 400


def test_guessing_ends_for_a_network_though_the_guess_be_right(
    client: FlaskClient, session: Session, code: str
) -> None:
    for _ in range(10):
        assert client.post(PAGE, data={"code": wrong(code)}).status_code == 400

    assert client.post(PAGE, data={"code": code}).status_code == 429


@pytest.mark.thorough
def test_many_networks_together_guess_a_hundred_times_an_hour(app: Flask, session: Session, code: str) -> None:
    said = [
        browser(app).post(
            PAGE, data={"code": wrong(code)}, environ_overrides={"REMOTE_ADDR": f"10.0.0.{number // 5}"}
        ).status_code
        for number in range(102)
    ]  # fmt: skip

    assert said == [400] * 100 + [429] * 2


@pytest.mark.thorough
def test_thirty_neighbours_type_it_over_one_network(app: Flask, session: Session, code: str) -> None:
    assert {browser(app).post(PAGE, data={"code": code}).status_code for _ in range(30)} == {303}


def test_a_typing_error_is_no_guess(client: FlaskClient, session: Session, code: str) -> None:
    for typed in ("", "1", "abcdef", "\x00\x00", "1" * 500) * 3:
        assert client.post(PAGE, data={"code": typed}).status_code == 400

    assert client.post(PAGE, data={"code": code}).status_code == 303


def test_the_screen_is_shown_and_hidden_by_who_coordinates(app: Flask, session: Session) -> None:
    area = seved(session)
    phone = signed_in(app, session, karin(session, area))
    address = "/en/seved/place-code"
    token = {"csrf_token": phone.get("/en/me/mine").json["token"]}

    assert 'data-part="code"' not in phone.get(address).text
    phone.post(address, data=token)
    shown = phone.get(address)
    phone.post(address, data={**token, "hide": "1"})

    assert 'data-part="code"' in shown.text
    assert '<noscript><meta http-equiv="refresh"' in shown.text
    assert "<svg" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert 'data-part="code"' not in phone.get(address).text


@pytest.mark.parametrize("who", [ana, mira])
def test_nobody_else_sees_the_screen(app: Flask, session: Session, code: str, who: object) -> None:
    phone = signed_in(app, session, who(session, areas.by_slug(session, "seved")))

    assert phone.get("/en/seved/place-code").status_code == 403
    assert phone.post("/en/seved/place-code").status_code == 403
    assert browser(app).get("/en/seved/place-code").status_code == 303
