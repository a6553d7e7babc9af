"""The whole way to a real OpenID provider and back, and every answer that must not sign anybody in."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend import ceremonies, database, people
from backend.ceremonies import Ceremony
from backend.e_id import EId
from backend.people import Level
from backend.settings import Settings
from backend.sign_in import How
from pwa import create_app
from tests.authenticator import base64url
from tests.conftest import browser, signed_in
from tests.makers import an_idea, ana, lindangen, mira, seved
from tests.oidc_provider import CLIENT, OTHER_CLIENT, SECRET, Provider, query_of, user_chosen

pytestmark = pytest.mark.thorough  # a provider of its own answers each
BACK = "http://localhost:8000/e-id/back"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider(BACK) as made:
        yield made


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    yield running
    running.tampered.clear()


@pytest.fixture
def surroundings(surroundings: Settings, provider: Provider) -> Settings:
    return replace(
        surroundings, oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET, oidc_name="BankID"
    )


def way_there(client: FlaskClient, **form: str) -> str:
    """Presses our button: the address at the provider to which the page leads, with and without scripts."""
    page = client.post("/sv/sign-in/e-id", data=form)
    assert page.status_code == 200
    found = re.findall(r'(?:url=|href=")(http://127[^"]+)"', page.text)
    assert len(found) == 2
    assert found[0] == found[1]
    return str(found[0]).replace("&amp;", "&")


def come_back(client: FlaskClient, address: str) -> TestResponse:
    """Follows the provider's redirect: first to the address without a language, then to the one in it."""
    assert address.startswith(BACK)
    first = client.get(address.removeprefix("http://localhost:8000"), headers={"Sec-Fetch-Site": "cross-site"})
    assert first.status_code == 303
    return client.get(first.location)


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def met(client: FlaskClient, user: str = "hodan", **form: str) -> TestResponse:
    """The whole way of somebody who comes for the first time."""
    assert come_back(client, user_chosen(way_there(client), user)).location == "/sv/sign-in/e-id/you"
    page = client.get("/sv/sign-in/e-id/you").text
    return client.post("/sv/sign-in/e-id/you", data={"csrf_token": token_of(page), **form})


def look_again(session: Session) -> None:
    session.rollback()
    session.expire_all()


def test_somebody_new_may_vote_where_they_say_they_live(client: FlaskClient, session: Session) -> None:
    seved(session)
    session.commit()

    answer = met(client, area="seved", name="Hodan")

    assert (answer.status_code, answer.location) == (303, "/sv/me/")
    mine = client.get("/sv/me/mine").json
    assert (mine["name"], mine["level"]) == ("Hodan", Level.E_ID)
    assert client.get_cookie("ceremony") is None


def test_whoever_came_before_is_known_again_on_any_phone(app: Flask, session: Session) -> None:
    seved(session)
    session.commit()
    met(browser(app), area="seved", name="Hodan")
    other = browser(app)

    back = come_back(other, user_chosen(way_there(other, next="/sv/seved/ideas/"), "hodan"))

    assert (back.status_code, back.location) == (303, "/sv/seved/ideas/")
    assert other.get("/sv/me/mine").json["name"] == "Hodan"


def test_two_people_are_two_people(app: Flask, session: Session) -> None:
    seved(session)
    session.commit()

    for user, name in (("hodan", "Hodan"), ("samir", "Samir")):
        met(browser(app), user, area="seved", name=name)

    look_again(session)
    assert len(set(session.scalars(select(EId.person_id)))) == 2


def test_nothing_of_what_the_provider_says_is_kept(client: FlaskClient, session: Session, provider: Provider) -> None:
    seved(session)
    session.commit()
    met(client, area="seved")

    look_again(session)
    row = session.scalars(select(EId)).one()

    assert len(row.subject_mark) == 64
    assert not {"hodan", provider.issuer} & {str(value) for value in vars(row).values()}


def test_we_ask_for_the_subject_alone_with_pkce_state_and_nonce(client: FlaskClient, session: Session) -> None:
    session.rollback()
    asked = query_of(way_there(client))

    assert asked["scope"] == "openid"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    look_again(session)
    kept = {str(value) for row in session.scalars(select(Ceremony)) for value in vars(row).values()}
    assert not kept & set(asked.values())


def test_the_provider_tells_each_service_another_subject(provider: Provider) -> None:
    subjects = set()
    for client, back in ((CLIENT, BACK), (OTHER_CLIENT, "https://other.example/back")):
        verifier = "v" * 43
        query = {
            "response_type": "code", "client_id": client, "redirect_uri": back, "scope": "openid", "state": "s" * 43,
            "nonce": "n" * 43, "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }  # fmt: skip
        address = requests.Request("GET", f"{provider.issuer}/authorization", params=query).prepare().url or ""
        code = query_of(user_chosen(address, "hodan"))["code"]
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        token = requests.post(f"{provider.issuer}/token", data=sent, auth=(client, SECRET), timeout=5).json()
        assert "id_token" in token, token
        subjects.add(claims_in(token["id_token"])["sub"])

    assert len(subjects) == 2


def test_a_guest_is_asked_and_keeps_what_they_wrote(app: Flask, session: Session) -> None:
    area = seved(session)
    guest = people.add(session, language="sv", at=database.now())
    an_idea(session, area, guest)
    client = signed_in(app, session, guest)

    met(client, who="here", area="seved")

    look_again(session)
    assert session.scalars(select(EId.person_id)).one() == guest.id


def test_a_resident_is_asked_by_name_and_keeps_their_area(app: Flask, session: Session) -> None:
    area, _ = seved(session), lindangen(session)
    client = signed_in(app, session, ana(session, area))
    come_back(client, user_chosen(way_there(client), "hodan"))
    page = client.get("/sv/sign-in/e-id/you").text

    answer = client.post(
        "/sv/sign-in/e-id/you", data={"csrf_token": token_of(page), "who": "here", "area": "lindangen"}
    )

    assert "Ana" in page
    assert answer.status_code == 303
    look_again(session)
    assert session.scalars(select(EId.area_id)).one() == area.id


def test_somebody_else_on_the_same_phone_is_somebody_else(app: Flask, session: Session) -> None:
    resident = ana(session, seved(session))
    client = signed_in(app, session, resident)

    met(client, who="new", area="seved", name="Samir")

    assert client.get("/sv/me/mine").json["name"] == "Samir"
    look_again(session)
    assert session.scalars(select(EId.person_id)).one() != resident.id


@pytest.mark.parametrize("form", [{}, {"area": "nowhere"}, {"area": "\x00"}, {"area": ""}])
def test_the_area_is_asked_until_it_is_told(client: FlaskClient, session: Session, form: dict[str, str]) -> None:
    seved(session)
    session.commit()

    refused = met(client, **form)
    again = client.post("/sv/sign-in/e-id/you", data={"csrf_token": token_of(refused.text), "area": "seved"})

    assert (refused.status_code, again.status_code) == (400, 303)


def test_a_phone_that_several_use_forgets_with_its_browser(app: Flask, session: Session) -> None:
    seved(session)
    session.commit()
    met(browser(app), area="seved")
    client = browser(app)

    back = come_back(client, user_chosen(way_there(client, is_shared="y"), "hodan"))

    cookies = [one for one in back.headers.getlist("Set-Cookie") if one.startswith("innovationsforum=")]
    assert cookies
    assert "Max-Age" not in cookies[0]


def test_staff_come_through_their_doors_with_an_e_id(app: Flask, session: Session) -> None:
    moderator = mira(session, seved(session))
    client = signed_in(app, session, moderator, how=How.MAIL)
    assert client.get("/sv/moderation/").status_code == 303

    met(client, who="here", area="seved")

    assert client.get("/sv/moderation/").status_code == 200


# --- what must not sign anybody in ---


def is_a_clear_page(answer: TestResponse, client: FlaskClient) -> bool:
    """An answer that says what happened, offers the other ways, and left nobody signed in."""
    is_clear = answer.status_code == 400 and "/sv/sign-in/" in answer.text
    return is_clear and client.get("/sv/me/mine").json["level"] == 0


def test_whoever_says_no_there_is_told_that_nothing_changed(client: FlaskClient) -> None:
    assert is_a_clear_page(come_back(client, user_chosen(way_there(client), "nobody")), client)


@pytest.mark.parametrize("name", ["state", "code", "iss"])
@pytest.mark.parametrize("value", ["", "x", "å" * 50, "\x00", "A" * 4000])
def test_a_changed_answer_signs_nobody_in(client: FlaskClient, name: str, value: str) -> None:
    said = query_of(user_chosen(way_there(client), "hodan"))

    assert is_a_clear_page(client.get("/sv/sign-in/e-id/back", query_string={**said, name: value}), client)


@pytest.mark.parametrize("name", ["state", "code"])
def test_an_answer_that_lacks_something_signs_nobody_in(client: FlaskClient, name: str) -> None:
    said = query_of(user_chosen(way_there(client), "hodan"))
    del said[name]

    assert is_a_clear_page(client.get("/sv/sign-in/e-id/back", query_string=said), client)


def test_an_answer_counts_once(app: Flask, client: FlaskClient, session: Session) -> None:
    seved(session)
    session.commit()
    met(client, area="seved")
    one = browser(app)
    address = user_chosen(way_there(one), "hodan")
    cookie = one.get_cookie("ceremony")
    assert cookie
    assert come_back(one, address).status_code == 303

    thief = browser(app)
    thief.set_cookie("ceremony", cookie.value)

    assert is_a_clear_page(come_back(thief, address), thief)


def test_a_code_counts_once_at_the_provider_too(client: FlaskClient, provider: Provider) -> None:
    address = way_there(client)
    said = query_of(user_chosen(address, "hodan"))
    word = client.get_cookie("ceremony")
    assert word
    assert come_back(client, f"{BACK}?{urlencode(said)}").status_code == 303
    again = {"grant_type": "authorization_code", "code": said["code"], "redirect_uri": BACK}
    verifier = base64url(ceremonies.derived(word.value, "verifier"))

    answer = requests.post(
        f"{provider.issuer}/token", data={**again, "code_verifier": verifier}, auth=(CLIENT, SECRET), timeout=5
    )

    assert answer.status_code == 400


def test_the_answer_to_another_browser_signs_nobody_in(app: Flask) -> None:
    victim, attacker = browser(app), browser(app)
    way_there(victim)
    address = user_chosen(way_there(attacker), "samir")

    assert is_a_clear_page(come_back(victim, address), victim)
    assert is_a_clear_page(come_back(browser(app), address), attacker)


def test_a_code_meant_for_another_browser_fails_at_the_provider(app: Flask) -> None:
    """Even with a right state: the verifier is made of this browser's own word (PKCE)."""
    victim, attacker = browser(app), browser(app)
    said = query_of(user_chosen(way_there(victim), "hodan"))
    mine = query_of(user_chosen(way_there(attacker), "samir"))

    answer = come_back(attacker, f"{BACK}?{urlencode({**mine, 'code': said['code']})}")

    assert is_a_clear_page(answer, attacker)


def test_coming_back_too_late_is_told_so(client: FlaskClient, session: Session) -> None:
    session.rollback()
    address = user_chosen(way_there(client), "hodan")
    session.execute(update(Ceremony).values(ends_at=database.now()))
    session.commit()

    assert is_a_clear_page(come_back(client, address), client)


def test_the_question_who_you_are_is_nobody_elses(app: Flask, client: FlaskClient) -> None:
    come_back(client, user_chosen(way_there(client), "hodan"))

    for path in ("/sv/sign-in/e-id/you", "/sv/sign-in/e-id/back"):
        stranger = browser(app)
        assert is_a_clear_page(stranger.get(path), stranger)


def claims_in(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def good_claims(provider: Provider, nonce: str) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": provider.issuer, "sub": "somebody", "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}


def says(provider: Provider, id_token: object) -> None:
    """From now on the provider answers every code with this token."""
    body = json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": id_token})
    provider.tampered["/token"] = ("200 OK", [("Content-Type", "application/json")], body)


def test_a_token_in_order_is_taken(client: FlaskClient, provider: Provider) -> None:
    address = way_there(client)
    says(provider, provider.signed(good_claims(provider, query_of(address)["nonce"])))

    assert come_back(client, user_chosen(address, "hodan")).location == "/sv/sign-in/e-id/you"


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "somebody else"},
    "an audience of several without azp": {"aud": [CLIENT, "somebody else"], "azp": "somebody else"},
    "another issuer": {"iss": "https://evil.example"},
    "another nonce": {"nonce": "n"},
    "no nonce": {"nonce": None},
    "expired": {"iat": 1, "exp": int(time.time()) - 3600},
    "from the future": {"iat": int(time.time()) + 3600},
    "not yet": {"nbf": int(time.time()) + 3600},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
    "a very long subject": {"sub": "s" * 256},
    "no end": {"exp": None},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_a_token_that_says_something_wrong_is_refused(
    client: FlaskClient, provider: Provider, wrong: dict[str, Any]
) -> None:
    address = way_there(client)
    claims = {**good_claims(provider, query_of(address)["nonce"]), **wrong}
    says(provider, provider.signed({name: value for name, value in claims.items() if value is not None}))

    assert is_a_clear_page(come_back(client, user_chosen(address, "hodan")), client)


def signed_by(key: Any, algorithm: str, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])


@pytest.mark.parametrize("forgery", ["none", "our own secret", "another key", "garbage", "cut", "absent", "number"])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    client: FlaskClient, provider: Provider, forgery: str
) -> None:
    address = way_there(client)
    claims = good_claims(provider, query_of(address)["nonce"])
    good = provider.signed(claims)
    head = "eyJhbGciOiJub25lIn0"
    made: dict[str, object] = {
        "none": f"{head}.{good.split('.')[1]}.",
        "our own secret": signed_by(OctKey.import_key(SECRET), "HS256", claims),
        "another key": signed_by(RSAKey.generate_key(2048), "RS256", claims),
        "garbage": "a.b.c",
        "cut": good[:-20],
        "absent": None,
        "number": 7,
    }
    says(provider, made[forgery])

    assert is_a_clear_page(come_back(client, user_chosen(address, "hodan")), client)


JSON = [("Content-Type", "application/json")]
TROUBLES: dict[str, Any] = {
    "down": ("503 Service Unavailable", [], "down"),
    "an error": ("400 Bad Request", JSON, '{"error": "invalid_grant"}'),
    "no json": ("200 OK", [], "<html>"),
    "a list": ("200 OK", JSON, "[]"),
    "led away": ("302 Found", [("Location", "http://127.0.0.1:1/")], ""),
    "too large": ("200 OK", JSON, json.dumps({"id_token": "x" * 300_000})),
    "empty": ("200 OK", JSON, ""),
    "broken off": ("200 OK", [*JSON, ("Content-Length", "500")], "{}"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("path", ["/token", "/jwks.json", "/.well-known/openid-configuration"])
def test_a_provider_in_trouble_is_a_clear_page(
    surroundings: Settings, provider: Provider, path: str, trouble: Any
) -> None:
    app = create_app(surroundings)  # it knows nothing of the provider yet
    client = browser(app)
    if path.startswith("/.well"):
        provider.tampered[path] = trouble
        answer = client.post("/sv/sign-in/e-id")
    else:
        address = user_chosen(way_there(client), "hodan")
        provider.tampered[path] = trouble
        answer = come_back(client, address)

    assert is_a_clear_page(answer, client)
    app.extensions["engine"].dispose()


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:1"},
    ],
)  # fmt: skip
def test_a_provider_that_names_strange_addresses_is_not_believed(
    surroundings: Settings, provider: Provider, changed: dict[str, Any]
) -> None:
    truth = requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=5).json()
    provider.tampered["/.well-known/openid-configuration"] = ("200 OK", JSON, json.dumps({**truth, **changed}))
    app = create_app(surroundings)

    client = browser(app)

    assert is_a_clear_page(client.post("/sv/sign-in/e-id"), client)
    app.extensions["engine"].dispose()


def test_nobody_listens_there(surroundings: Settings) -> None:
    app = create_app(replace(surroundings, oidc_issuer="http://127.0.0.1:1"))
    client = browser(app)

    assert is_a_clear_page(client.post("/sv/sign-in/e-id"), client)
    assert 'dir="rtl"' in client.post("/ar/sign-in/e-id").text
    app.extensions["engine"].dispose()


def test_what_the_provider_says_of_itself_is_asked_once_an_hour(app: Flask, provider: Provider) -> None:
    way_there(browser(app))
    provider.asked.clear()

    way_there(browser(app))

    assert provider.asked == []


def test_another_site_sends_nobody_to_the_provider(client: FlaskClient) -> None:
    assert client.post("/sv/sign-in/e-id", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_without_a_broker_no_e_id_is_offered(surroundings: Settings) -> None:
    app = create_app(replace(surroundings, oidc_issuer=""))
    client = browser(app)

    assert client.get("/sv/sign-in/e-id").status_code == 404
    assert client.get("/sv/sign-in/e-id/back?code=a&state=b").status_code == 404
    assert "e-id" not in client.get("/sv/sign-in/").text
    app.extensions["engine"].dispose()


def test_the_area_is_chosen_again_on_a_page_of_its_own(client: FlaskClient, session: Session) -> None:
    seved(session)
    there = lindangen(session)
    session.commit()
    met(client, area="seved")
    page = client.get("/sv/e-id/area").text

    answer = client.post("/sv/e-id/area", data={"csrf_token": token_of(page), "area": "lindangen"})

    assert answer.status_code == 303
    look_again(session)
    assert session.scalars(select(EId.area_id)).one() == there.id
