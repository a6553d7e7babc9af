"""Passkeys on their pages: the step that staff take, what is kept, and what opens nothing."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import audit, database, people, proofs
from backend.passkeys import Passkey
from backend.people import Person
from backend.sign_in import How, SignIn
from tests.authenticator import Authenticator
from tests.conftest import browser, signed_in
from tests.makers import an_idea, ana, bo, mira, seved

COOKIE = "innovationsforum"


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def add(client: FlaskClient, phone: Authenticator, name: str = "Min telefon", **sent: str) -> object:
    """What the page and its module do: ask for options, let the phone answer, send the form."""
    token = token_of(client.get("/sv/passkeys/").text)
    options = client.post("/sv/passkeys/options", data={"csrf_token": token})
    assert options.status_code == 200, options.text
    form = {"csrf_token": token, "name": name, "answer": phone.make(options.text), **sent}
    return client.post("/sv/passkeys/", data=form)


def use(client: FlaskClient, phone: Authenticator, **sent: str) -> object:
    options = client.post("/sv/sign-in/passkey/options")
    return client.post("/sv/sign-in/passkey", data={"answer": phone.sign(options.text), **sent})


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found
    return found.value


def look_again(session: Session) -> None:
    session.rollback()
    session.expire_all()


def test_the_whole_way_of_a_moderator(app: Flask, session: Session) -> None:
    client = signed_in(app, session, mira(session, seved(session)), how=How.ADDRESS)
    door = client.get("/sv/moderation/?kind=idea")
    assert door.location == "/sv/sign-in/strong?next=/sv/moderation/?kind%3Didea"
    assert 'data-act="make"' in client.get(door.location).text
    before, phone = cookie(client), Authenticator()

    answer = add(client, phone, next="/sv/moderation/?kind=idea")

    assert (answer.status_code, answer.location) == (303, "/sv/moderation/?kind=idea")
    assert cookie(client) != before
    assert client.get("/sv/moderation/").status_code == 200
    copied = browser(app)
    copied.set_cookie(COOKIE, before)
    assert copied.get("/sv/me/mine").json["name"] == ""
    other = browser(app)
    assert use(other, phone).location == "/sv/moderation/"
    assert other.get("/sv/moderation/").status_code == 200


def test_whoever_has_a_passkey_uses_it_at_the_door(app: Flask, session: Session) -> None:
    moderator = mira(session, seved(session))
    phone = Authenticator()
    add(signed_in(app, session, moderator, how=How.MAIL), phone)
    client = signed_in(app, session, moderator, how=How.MAIL)
    page = client.get(client.get("/sv/moderation/").location).text
    assert 'data-act="use"' in page
    assert 'data-act="make"' not in page

    assert use(client, phone, next="/sv/moderation/").location == "/sv/moderation/"
    assert client.get("/sv/moderation/").status_code == 200


@pytest.mark.parametrize("how", [How.SLIP, How.PLACE, How.GUEST])
def test_staff_who_came_in_by_little_are_sent_to_sign_in_anew(app: Flask, session: Session, how: How) -> None:
    client = signed_in(app, session, mira(session, seved(session)), how=how)

    page = client.get("/sv/sign-in/strong?next=/sv/moderation/").text
    refused = client.post("/sv/passkeys/options", data={"csrf_token": token_of(client.get("/sv/me/").text)})

    assert "data-act" not in page
    assert "/sv/sign-in/?next=/sv/moderation/" in page
    assert refused.status_code == 403


def test_a_stolen_cookie_adds_no_passkey_to_staff(app: Flask, session: Session) -> None:
    moderator = mira(session, seved(session))
    add(signed_in(app, session, moderator, how=How.MAIL), Authenticator())
    thief = signed_in(app, session, moderator, how=How.MAIL)

    token = token_of(thief.get("/sv/me/").text)

    assert thief.post("/sv/passkeys/options", data={"csrf_token": token}).status_code == 403
    look_again(session)
    assert len(session.scalars(select(Passkey.id)).all()) == 1


def test_a_resident_makes_one_and_comes_back_with_it(app: Flask, session: Session) -> None:
    client, phone = signed_in(app, session, ana(session, seved(session)), how=How.SLIP), Authenticator()

    assert add(client, phone).status_code == 303
    other = browser(app)
    answer = use(other, phone, next="/sv/seved/")

    assert (answer.status_code, answer.location) == (303, "/sv/seved/")
    assert other.get("/sv/me/mine").json["name"] == "Ana"
    assert "Min telefon" in other.get("/sv/passkeys/").text


def test_a_guest_is_asked_whether_what_they_wrote_comes_along(app: Flask, session: Session) -> None:
    area = seved(session)
    phone = Authenticator()
    add(signed_in(app, session, ana(session, area), how=How.SLIP), phone)
    session.connection(execution_options={"writes": True})
    guest = people.add(session, language="sv", at=database.now())
    an_idea(session, area, guest)
    client = signed_in(app, session, guest, how=How.GUEST)

    assert use(client, phone).location.startswith("/sv/sign-in/take-along")


def test_a_shared_phone_stays_shared(app: Flask, session: Session) -> None:
    phone = Authenticator()
    add(signed_in(app, session, ana(session, seved(session)), how=How.SLIP), phone)

    use(browser(app), phone, is_shared="y")

    look_again(session)
    last = session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert last
    assert (last.how, last.is_shared) == (How.PASSKEY, True)


def test_an_answer_is_judged_once(app: Flask, session: Session) -> None:
    phone = Authenticator()
    add(signed_in(app, session, ana(session, seved(session)), how=How.SLIP), phone)
    client = browser(app)
    options = client.post("/sv/sign-in/passkey/options")
    word = client.get_cookie("ceremony")
    assert word
    wrong, right = Authenticator().sign(options.text), phone.sign(options.text)

    first = client.post("/sv/sign-in/passkey", data={"answer": wrong})
    client.set_cookie("ceremony", word.value)
    second = client.post("/sv/sign-in/passkey", data={"answer": right})

    assert (first.status_code, second.status_code) == (400, 400)
    assert client.get("/sv/me/mine").json["level"] == 0


def test_an_answer_to_another_browser_opens_nothing(app: Flask, session: Session) -> None:
    phone = Authenticator()
    add(signed_in(app, session, ana(session, seved(session)), how=How.SLIP), phone)
    one, other = browser(app), browser(app)
    options = one.post("/sv/sign-in/passkey/options")
    other.post("/sv/sign-in/passkey/options")

    assert other.post("/sv/sign-in/passkey", data={"answer": phone.sign(options.text)}).status_code == 400


def test_a_passkey_is_taken_away_by_its_owner_alone(app: Flask, session: Session) -> None:
    area = seved(session)
    mine, theirs = signed_in(app, session, ana(session, area)), signed_in(app, session, bo(session, area))
    add(mine, Authenticator())
    look_again(session)
    number = session.scalars(select(Passkey.id)).one()
    session.rollback()

    refused = theirs.post(
        f"/sv/passkeys/{number}/remove", data={"csrf_token": token_of(theirs.get("/sv/passkeys/").text)}
    )
    untold = mine.post(f"/sv/passkeys/{number}/remove")
    done = mine.post(f"/sv/passkeys/{number}/remove", data={"csrf_token": token_of(mine.get("/sv/passkeys/").text)})

    assert (refused.status_code, untold.status_code, done.status_code) == (404, 400, 303)


def test_another_site_asks_for_nothing(client: FlaskClient) -> None:
    for path in ("/sv/sign-in/passkey", "/sv/sign-in/passkey/options", "/sv/passkeys/options"):
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_ceremonys_cookie_is_hidden_and_short(client: FlaskClient) -> None:
    sent = client.post("/sv/sign-in/passkey/options").headers["Set-Cookie"]

    assert all(part in sent for part in ("HttpOnly", "SameSite=Lax", "Max-Age=300"))


def test_forgetting_is_an_act_that_stands_in_the_log(session: Session) -> None:
    person = mira(session, seved(session))

    proofs.forget_all(session, person, at=database.now())
    session.commit()

    assert session.scalars(select(audit.Act.act)).all()[-1] == "proofs.forgotten"


def test_whom_an_operator_means_is_never_guessed(session: Session) -> None:
    area = seved(session)
    first, _, resident = mira(session, area), mira(session, area), ana(session, area)

    assert people.one_called(session, str(first.id)) == first
    for name in ("Mira", "Nobody", resident.name):
        with pytest.raises(people.Refusal):
            people.one_called(session, name)
    assert isinstance(people.one_called(session, str(resident.id)), Person)
