"""The author says in which language an idea is written, on the page that is theirs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import areas
from backend.ideas import Idea
from backend.people import Person
from tests.conftest import browser, signed_in
from tests.makers import an_idea, ana, bo, seved


@pytest.fixture
def author(session: Session) -> Person:
    return ana(session, seved(session))


@pytest.fixture
def idea(session: Session, author: Person) -> Idea:
    made = an_idea(session, areas.by_slug(session, "seved"), author, "Waddada waa mugdi", language="sv")
    session.commit()
    return made


def say(client: FlaskClient, idea: Idea, language: str) -> int:
    page = client.get(f"/sv/seved/ideas/{idea.id}/mine").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    address = f"/sv/seved/ideas/{idea.id}/language"
    return client.post(address, data={"language": language, "csrf_token": token}).status_code


def language_of(session: Session, idea: Idea) -> str:
    session.rollback()
    session.expire_all()
    return idea.language


def test_the_author_puts_it_right(app: Flask, session: Session, author: Person, idea: Idea) -> None:
    mine = signed_in(app, session, author)

    assert "Soomaali" in mine.get(f"/sv/seved/ideas/{idea.id}/mine").text
    assert say(mine, idea, "so") == 303
    assert language_of(session, idea) == "so"


@pytest.mark.parametrize("language", ["", "tlh", "\x00", "so" * 3000])
def test_an_unknown_language_is_refused(
    app: Flask, session: Session, author: Person, idea: Idea, language: str
) -> None:
    assert say(signed_in(app, session, author), idea, language) == 400
    assert language_of(session, idea) == "sv"


def test_nobody_else_does(app: Flask, session: Session, author: Person, idea: Idea) -> None:
    somebody = signed_in(app, session, bo(session, areas.by_slug(session, "seved")))

    assert say(somebody, idea, "so") in (403, 404)
    assert say(browser(app), idea, "so") in (403, 404)
    assert language_of(session, idea) == "sv"


def test_without_its_token_it_is_refused(app: Flask, session: Session, author: Person, idea: Idea) -> None:
    mine = signed_in(app, session, author)

    answer = mine.post(f"/sv/seved/ideas/{idea.id}/language", data={"language": "so"})

    assert answer.status_code == 403
    assert language_of(session, idea) == "sv"
