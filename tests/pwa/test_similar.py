"""Similar ideas while somebody writes: beside the text with a script, on the second page without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import areas, ideas
from backend.ideas import Idea, State
from backend.supports import Support
from tests.conftest import NOON, browser
from tests.makers import an_idea, ana, lindangen, seved

LAMP = "Trasig lampa vid lekplatsen\nDen har varit sönder sedan i våras."
NEAR = "Laga lampan vid lekplatsen"
BESIDE, NEW = "/sv/seved/ideas/similar", "/sv/seved/ideas/new"


@pytest.fixture(autouse=True)
def lamp(session: Session) -> Idea:
    area = seved(session)
    idea = an_idea(session, area, ana(session, area), LAMP)
    ideas.add_step(session, idea, State.READ, at=NOON)
    session.commit()
    return idea


def beside(client: FlaskClient, text: str) -> Any:
    return client.post(BESIDE, data={"text": text})


def test_what_is_like_it_is_shown_with_one_tap_to_join(client: FlaskClient, lamp: Idea) -> None:
    answer = beside(client, NEAR)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Trasig lampa vid lekplatsen" in answer.text
    assert f'form="mine-too" formaction="/sv/seved/ideas/{lamp.id}/support"' in answer.text


def test_the_one_tap_supports_and_sends_nothing_else(client: FlaskClient, session: Session, lamp: Idea) -> None:
    address = re.search(r'formaction="([^"]+)"', beside(client, NEAR).text)
    assert address

    client.post(address[1])

    session.rollback()
    assert session.scalar(select(func.count()).select_from(Support)) == 1
    assert session.scalar(select(func.count()).select_from(Idea)) == 1


def test_nothing_is_shown_for_what_is_not_alike(client: FlaskClient) -> None:
    assert beside(client, "Jag vill ha en mataffär").text.strip() == ""
    assert client.post(BESIDE).text.strip() == ""


def test_an_idea_of_another_area_names_its_area(client: FlaskClient, session: Session) -> None:
    other = lindangen(session)
    twin = an_idea(session, other, ana(session, other), "Bokhylla i trapphuset\nLämna och ta en bok.")
    ideas.add_step(session, twin, State.READ, at=NOON)
    session.commit()

    page = beside(client, "en bokhylla i trapphuset").text

    assert "<bdi>Lindängen</bdi>" in page
    assert f'formaction="/sv/lindangen/ideas/{twin.id}/support"' in page


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Ring 070-123 45 67", "phone number"),
        ("Skriv till ana@x.se", "e-mail address"),
        ("Jag är 811218-9876", "personal number"),
    ],
)
def test_what_they_may_not_want_to_publish_is_asked_about(client: FlaskClient, text: str, hint: str) -> None:
    assert hint in client.post("/en/seved/ideas/similar", data={"text": text}).text
    assert hint in client.post("/en/seved/ideas/new", data={"text": text}).text


def test_the_second_page_shows_them_without_a_script(client: FlaskClient, lamp: Idea) -> None:
    page = client.post(NEW, data={"text": NEAR}).text

    assert f'formaction="/sv/seved/ideas/{lamp.id}/support"' in page
    assert '<form id="mine-too"' in page
    assert page.index("</form>") < page.index('<form id="mine-too"'), "a form within a form is none"


def test_another_site_can_not_ask(app: Flask) -> None:
    stranger = app.test_client()

    answer = stranger.post(BESIDE, data={"text": NEAR}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_markup_in_a_title_is_shown_as_text(client: FlaskClient, session: Session) -> None:
    area = areas.by_slug(session, "seved")
    evil = an_idea(session, area, ana(session, area), '<img src=x onerror=alert(1)> "cykelverkstad" i källaren')
    ideas.add_step(session, evil, State.READ, at=NOON)
    session.commit()

    page = beside(client, "en cykelverkstad i källaren img src onerror alert").text

    assert "&lt;img src=x" in page
    assert "<img" not in page


def test_its_words_stand_in_their_own_language(app: Flask, session: Session) -> None:
    page = browser(app).post("/ar/seved/ideas/similar", data={"text": NEAR}).text

    assert 'lang="sv" dir="ltr"' in page
