"""An authenticator app on its pages: set up at the door of staff, used after a code by mail, guessed at in vain."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import database
from backend.app_codes import AppCode
from backend.people import Person
from backend.sign_in import How, SignIn
from tests.conftest import signed_in
from tests.makers import ana, mira, seved


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def set_up(client: FlaskClient) -> tuple[str, list[str], str]:
    """The app's secret, the recovery codes, and the page that showed them."""
    token = token_of(client.get("/sv/sign-in/strong").text)
    there = client.post("/sv/app-code/start", data={"csrf_token": token, "next": "/sv/moderation/"})
    page = client.get(there.location).text
    found = re.search(r'class="code secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert "<svg" in page
    code = pyotp.TOTP(secret).at(database.now())
    shown = client.post(there.location, data={"csrf_token": token_of(page), "code": code, "next": "/sv/moderation/"})
    assert shown.status_code == 200, shown.text
    return secret, re.findall(r'class="code" dir="ltr">([a-z0-9]{5}-[a-z0-9]{5})<', shown.text), shown.text


def a_moment_later(session: Session) -> None:
    """As if half a minute had passed: the step that was used is behind us."""
    session.rollback()
    session.connection(execution_options={"writes": True})
    session.execute(update(AppCode).values(last_step=AppCode.last_step - 5))
    session.commit()


def typed(client: FlaskClient, code: str) -> object:
    token = token_of(client.get("/sv/sign-in/app-code").text)
    return client.post("/sv/sign-in/app-code", data={"csrf_token": token, "code": code, "next": "/sv/moderation/"})


@pytest.fixture
def moderator(session: Session) -> Person:
    return mira(session, seved(session))


def test_a_moderator_without_a_passkey_sets_up_an_app(app: Flask, session: Session, moderator: Person) -> None:
    client = signed_in(app, session, moderator, how=How.MAIL)

    _, codes, page = set_up(client)

    assert len(codes) == 10
    assert 'href="/sv/moderation/"' in page
    assert client.get("/sv/moderation/").status_code == 200
    assert client.get("/sv/app-code/new").status_code == 303
    session.rollback()
    assert session.scalars(select(SignIn.how)).all() == [How.APP]


@pytest.mark.parametrize("how", [How.MAIL, How.ADDRESS])
def test_the_next_time_a_code_by_mail_and_the_app_open_the_door(
    app: Flask, session: Session, moderator: Person, how: How
) -> None:
    secret, codes, _ = set_up(signed_in(app, session, moderator, how=How.ADDRESS))
    a_moment_later(session)
    for code in (pyotp.TOTP(secret).at(database.now()), codes[3]):
        client = signed_in(app, session, moderator, how=how)
        assert client.get("/sv/moderation/").location.startswith("/sv/sign-in/strong")

        assert typed(client, code).location == "/sv/moderation/"
        assert client.get("/sv/moderation/").status_code == 200


def test_the_app_alone_is_no_sign_in(app: Flask, session: Session, moderator: Person) -> None:
    _, codes, _ = set_up(signed_in(app, session, moderator, how=How.MAIL))
    client = signed_in(app, session, moderator, how=How.SLIP)

    assert typed(client, codes[0]).status_code == 400
    assert client.get("/sv/moderation/").status_code == 303


def test_five_guesses_are_heard_and_then_not_even_a_right_code(app: Flask, session: Session, moderator: Person) -> None:
    _, codes, _ = set_up(signed_in(app, session, moderator, how=How.MAIL))
    client = signed_in(app, session, moderator, how=How.MAIL)
    for _ in range(5):
        assert typed(client, "aaaaaaaaaa").status_code == 400

    late = typed(client, codes[0])

    assert late.status_code in (400, 429)
    assert client.get("/sv/moderation/").status_code == 303


def test_a_wrong_first_code_sets_nothing_up(app: Flask, session: Session, moderator: Person) -> None:
    client = signed_in(app, session, moderator, how=How.MAIL)
    client.post("/sv/app-code/start", data={"csrf_token": token_of(client.get("/sv/sign-in/strong").text)})
    page = client.get("/sv/app-code/new").text
    yesterday = pyotp.TOTP("A" * 32).at(database.now() - timedelta(days=1))

    answer = client.post("/sv/app-code/new", data={"csrf_token": token_of(page), "code": yesterday})

    assert answer.status_code == 400
    assert client.get("/sv/moderation/").status_code == 303


def test_a_resident_takes_the_app_away_again(app: Flask, session: Session) -> None:
    client = signed_in(app, session, ana(session, seved(session)))
    client.post("/sv/app-code/start", data={"csrf_token": token_of(client.get("/sv/passkeys/").text)})

    client.post("/sv/app-code/remove", data={"csrf_token": token_of(client.get("/sv/passkeys/").text)})

    session.rollback()
    assert session.scalars(select(AppCode)).all() == []
