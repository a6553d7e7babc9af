from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.makers import seved


@pytest.mark.parametrize(
    ("wanted", "cookie", "led_to"),
    [("ar-EG,ar;q=0.9", None, "/ar/"), ("nb,en;q=0.5", None, "/sv/"), ("zz", None, "/sv/"), ("", None, "/sv/"),
     ("ar", "en", "/en/"), ("ar", "zz", "/ar/")],
)  # fmt: skip
def test_the_start_leads_to_the_readers_language(
    client: FlaskClient, wanted: str, cookie: str | None, led_to: str
) -> None:
    if cookie:
        client.set_cookie("language", cookie)

    answer = client.get("/", headers={"Accept-Language": wanted})

    assert answer.location == led_to


def test_a_poster_leads_to_the_area_in_the_readers_language(client: FlaskClient, session: Session) -> None:
    seved(session)
    session.commit()

    assert client.get("/seved", headers={"Accept-Language": "ar"}).location == "/ar/seved/"


def test_a_shared_address_is_not_led_away_to_another_language(client: FlaskClient) -> None:
    answer = client.get("/en/languages", headers={"Accept-Language": "ar"})

    assert answer.status_code == 200
    assert 'lang="en"' in answer.text


@pytest.mark.parametrize(("tag", "direction"), [("sv", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_each_page_says_its_language_and_direction(client: FlaskClient, tag: str, direction: str) -> None:
    assert f'<html lang="{tag}" dir="{direction}"' in client.get(f"/{tag}/languages").text


def test_switching_keeps_page_and_query(client: FlaskClient) -> None:
    page = client.get("/sv/languages?page=2").text

    assert '/ar/languages?page=2"' in page


@pytest.mark.parametrize(
    "query", ["_method=POST", "_external=1&_scheme=javascript", "_anchor=x", "endpoint=x", "self=x", "lang=xx", "tag=x"]
)
@pytest.mark.parametrize("path", ["/sv/sign-in/", "/sv/languages", "/sv/nowhere/"])
def test_a_query_makes_no_other_address_of_the_links(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")

    assert answer.status_code < 500
    assert "javascript:" not in answer.text


def test_a_page_that_is_kept_for_all_repeats_no_foreign_query(client: FlaskClient, session: Session) -> None:
    seved(session)
    session.commit()

    first = client.get("/sv/seved/ideas/?page=1&utm_source=evil&area=nowhere&number=9").text

    assert "evil" not in first
    assert "nowhere" not in first
    assert 'href="/ar/seved/ideas/?page=1"' in first


@pytest.mark.parametrize(
    "path", ["/xx/", "/sv/nowhere/", "/nowhere", "/sv/languages/x", "/i/999999999", "/i/0", "/%00", "/sv/%ff/"]
)
def test_what_is_not_there_is_said_in_the_readers_language(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "ar"})

    assert answer.status_code == 404
    assert f'lang="{"sv" if path.startswith("/sv") else "ar"}"' in answer.text


@pytest.mark.parametrize("path", ["/sv", "/ar"])
def test_a_language_without_a_slash_gets_one(app: Flask, client: FlaskClient, path: str) -> None:
    assert client.get(path).location in (f"{path}/", f"http://localhost{path}/")
